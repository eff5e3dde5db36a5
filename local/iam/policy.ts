import type { RoleModel } from '../template/model.ts';
import { type Condition, checkCondition, readCondition } from './condition.ts';
import { type ActionFacts, actionFacts } from './facts.ts';
import { globsOverlap } from './glob.ts';

/** A principal with policies: a role of the template, or an IAM user beside it. */
export interface PolicyHolder {
  name: string;
  /** `arn:aws:iam::123456789012:role/NAME`, or `.../user/NAME`. */
  arn: string;
  policies: RoleModel['policies'];
  awsManagedPolicyArns?: readonly string[];
}

/** One action on one resource of one statement. A statement with two actions and three resources has six rules. */
export interface Rule {
  /** The holder's name. */
  principal: string;
  /** The policy's name. */
  policy: string;
  /** The statement's place in its policy, from 0. */
  statement: number;
  sid?: string;
  effect: 'Allow' | 'Deny';
  /** In AWS's own spelling. */
  action: string;
  /** `*`, or an ARN that may have `*` and `?` after its fifth colon. */
  resource: string;
  /** Which calls it counts for; absent: all. */
  condition?: Condition;
}

const ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/**
 * The rules of a holder's policies. Only these policy elements are understood: Version 2012-10-17, Statement, Sid,
 * Effect, Action (exact names of actions that AWS has), Resource (`*`, or ARNs that the action can have) and the Conditions of
 * `condition.ts`. What is not understood can't be enforced, so it is refused and never skipped.
 * Source of the elements' meaning: IAM User Guide, "IAM JSON policy element reference".
 * @throws Error with one sentence naming the holder, the policy, the statement and the element
 */
export async function readRules(holder: PolicyHolder): Promise<Rule[]> {
  const [managed] = holder.awsManagedPolicyArns ?? [];
  if (managed !== undefined) {
    throw new Error(
      `${holder.name} has the managed policy ${managed} attached: its content is not in the template, so write the statements it needs into a policy of the template`,
    );
  }
  const rules = await Promise.all(
    holder.policies.map(({ name, document }) => policyRules(holder.name, name, document)),
  );
  return rules.flat();
}

async function policyRules(principal: string, policy: string, document: unknown): Promise<Rule[]> {
  const where = `${principal}, policy ${policy}`;
  const { Version, Statement, ...others } = members(document, where);
  const [other] = Object.keys(others);
  if (other !== undefined)
    throw new Error(`${where}: ${other} is not understood, only Version and Statement`);
  if (Version !== '2012-10-17') {
    throw new Error(`${where}: Version must be "2012-10-17", not ${JSON.stringify(Version)}`);
  }
  if (!Array.isArray(Statement) || Statement.length === 0) {
    throw new Error(`${where}: Statement must be a list of at least one statement`);
  }
  const rules = await Promise.all(
    Statement.map((value: unknown, index) =>
      statementRules(value, { principal, policy, statement: index }, `${where}, statement ${index}`),
    ),
  );
  return rules.flat();
}

async function statementRules(
  value: unknown,
  place: Pick<Rule, 'principal' | 'policy' | 'statement'>,
  where: string,
): Promise<Rule[]> {
  const statement = members(value, where);
  for (const element of Object.keys(statement)) {
    if (!ELEMENTS.includes(element)) {
      throw new Error(`${where}: ${element} is not understood, only ${ELEMENTS.join(', ')}`);
    }
  }
  const { Sid, Effect } = statement;
  if (Sid !== undefined && (typeof Sid !== 'string' || !/^[A-Za-z0-9]*$/.test(Sid))) {
    throw new Error(`${where}: Sid must be letters and digits, not ${JSON.stringify(Sid)}`);
  }
  if (Effect !== 'Allow' && Effect !== 'Deny') {
    throw new Error(`${where}: Effect must be "Allow" or "Deny", not ${JSON.stringify(Effect)}`);
  }
  const resources = strings(statement.Resource, `${where}: Resource`);
  for (const resource of resources) checkResource(resource, where);
  const condition = readCondition(statement.Condition, Effect, where);
  const rules: Rule[] = [];
  for (const written of strings(statement.Action, `${where}: Action`)) {
    const facts = await checkAction(written, where);
    checkCondition(condition, facts, where);
    for (const resource of resources) {
      checkFit(facts, resource, where);
      rules.push({
        ...place,
        ...(typeof Sid === 'string' ? { sid: Sid } : {}),
        effect: Effect,
        action: facts.name,
        resource,
        ...(statement.Condition === undefined ? {} : { condition }),
      });
    }
  }
  return rules;
}

async function checkAction(action: string, where: string): Promise<ActionFacts> {
  if (/[*?]/.test(action)) {
    throw new Error(`${where}: the Action ${action} has a wildcard: write each action's name`);
  }
  if (!/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/.test(action)) {
    throw new Error(`${where}: the Action ${action} is not a name such as dynamodb:GetItem`);
  }
  const facts = await actionFacts(action);
  if (!facts) {
    throw new Error(`${where}: the service authorization reference does not list the Action ${action}`);
  }
  return facts;
}

function checkResource(resource: string, where: string): void {
  if (resource === '*') return;
  // `${*}`, `${?}` and `${$}` are policy variables too.
  if (resource.includes('${')) {
    throw new Error(`${where}: the Resource ${resource} has a policy variable, which is not understood`);
  }
  const [arn, partition, service, , , ...name] = resource.split(':');
  if (arn !== 'arn' || !partition || !service || name.join(':') === '') {
    throw new Error(`${where}: the Resource ${resource} is neither * nor an ARN of six parts`);
  }
  // A service can't be a wildcard. In the Region and the account, AWS lets `*` match past the next colon too,
  // which nothing here needs. Source: IAM User Guide, "IAM JSON policy elements: Resource".
  if (/[*?]/.test(resource.split(':', 5).join(':'))) {
    throw new Error(
      `${where}: the Resource ${resource} has a wildcard before its fifth colon: write that part out`,
    );
  }
}

/** Refuses a rule that no call can ever match: AWS would accept it, then refuse every call. */
function checkFit({ name, resourceTypes }: ActionFacts, resource: string, where: string): void {
  if (resource === '*' || resourceTypes.some(({ arnPattern }) => globsOverlap(arnPattern, resource))) return;
  const can = resourceTypes.map((type) => `${type.name} (${type.arnPattern})`).join(', ') || '* only';
  throw new Error(`${where}: the Resource ${resource} does not fit ${name}, which takes: ${can}`);
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${where}: must be an object, not ${JSON.stringify(value)}`);
}

function strings(value: unknown, what: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 0 && list.every((item) => typeof item === 'string')) return list;
  throw new Error(`${what} must be a string or a list of at least one, not ${JSON.stringify(value)}`);
}
