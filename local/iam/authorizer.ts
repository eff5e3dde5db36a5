import { type ConditionContext, meets } from './condition.ts';
import { globMatches } from './glob.ts';
import { type PolicyHolder, type Rule, readRules } from './policy.ts';

/** One call that a principal wants to make. */
export interface Call extends ConditionContext {
  /** Name of a role of the template, or of a user. */
  principal: string;
  /** `dynamodb:GetItem`, in any case of letters. */
  action: string;
  /** ARNs; none: the action has no particular resource, as with `*`. */
  resources: readonly string[];
}

/**
 * `allowed`, or denied: by a Deny statement (`explicitDeny`), without an Allow statement (`implicitDeny`), or
 * because no principal has the name (`unknownPrincipal`).
 */
export type Reason = 'allowed' | 'explicitDeny' | 'implicitDeny' | 'unknownPrincipal';

export interface Decision {
  allowed: boolean;
  reason: Reason;
  /**
   * The rules that decided: every Allow rule that covers one of the resources, or every Deny rule that does.
   * Empty for an implicit deny.
   */
  matched: readonly Rule[];
  /** The first resource that is denied. */
  resource?: string;
}

/** Equal calls with equal outcomes, counted. */
export interface RecordedDecision extends Call, Decision {
  count: number;
}

/** A grant: an Allow rule. */
export type Grant = Rule & { effect: 'Allow' };

export interface Authorizer {
  /** Decides a call and records the decision. */
  decide(call: Call): Decision;
  /** The ARN that AWS shows for a caller; for a role it is the ARN of a role session. */
  callerArn(principal: string): string;
  /** AWS's sentence for a denied call. */
  denialMessage(call: Call, decision: Decision): string;
  /** All decisions since the start or the last reset, in order of their first occurrence. */
  decisions(): RecordedDecision[];
  /** Every grant of every principal. */
  grants(): readonly Grant[];
  /** Grants that no allowed call has matched. */
  unused(): Grant[];
  /** Grants that were matched, but always together with another grant that was enough: each could be removed. */
  redundant(): Grant[];
  /** Forgets all decisions. */
  reset(): void;
}

/**
 * Decides calls as AWS does for identity-based policies alone: only an Allow statement allows a call, and a Deny
 * statement overrules every Allow. A call with several resources is allowed when each of them is, and denied when
 * one of them is denied. Different statements may cover them: StartStreamSession with a stream group and an
 * application needs an Allow that covers the group and an Allow that covers the application. The case of an
 * action's letters does not matter; ARNs are compared exactly.
 * A rule with conditions counts only where all of them hold, and a key that the call does not carry holds for no value.
 * Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements: Condition".
 * @param options.roles of the synthesized template
 * @param options.users principals beside the template, with policies of their own
 * @throws Error naming the holder, policy, statement and element that is not understood, or a name that two holders share
 */
export async function createAuthorizer(options: {
  roles: readonly PolicyHolder[];
  users?: readonly PolicyHolder[];
}): Promise<Authorizer> {
  const holders = new Map<string, { holder: PolicyHolder; rules: Map<string, Rule[]> }>();
  const grants: Grant[] = [];
  for (const holder of [...options.roles, ...(options.users ?? [])]) {
    if (holders.has(holder.name)) throw new Error(`Two principals are called ${holder.name}`);
    const rules = await readRules(holder);
    holders.set(holder.name, { holder, rules: Map.groupBy(rules, ({ action }) => action.toLowerCase()) });
    grants.push(...rules.filter(isGrant));
  }
  const recorded = new Map<string, RecordedDecision>();
  const matched = new Set<Rule>();
  const needed = new Set<Rule>();

  return {
    decide(call) {
      const decision = evaluate(call);
      const { principal, action, resources, context } = call;
      const key = JSON.stringify([principal, action, resources, context, decision.reason]);
      const known = recorded.get(key);
      if (known) known.count++;
      else recorded.set(key, { ...call, resources: [...call.resources], ...decision, count: 1 });
      return decision;
    },
    callerArn: (principal) => callerArn(holders.get(principal)?.holder, principal),
    denialMessage: (call, { reason, resource = '*' }) =>
      `User: ${callerArn(holders.get(call.principal)?.holder, call.principal)} is not authorized to perform: ${call.action} on resource: ${resource} ${
        reason === 'explicitDeny'
          ? 'with an explicit deny in an identity-based policy'
          : `because no identity-based policy allows the ${call.action} action`
      }`,
    decisions: () => [...recorded.values()].map((decision) => ({ ...decision })),
    grants: () => grants,
    unused: () => grants.filter((grant) => !matched.has(grant)),
    redundant: () => grants.filter((grant) => matched.has(grant) && !needed.has(grant)),
    reset() {
      recorded.clear();
      matched.clear();
      needed.clear();
    },
  };

  function evaluate(call: Call): Decision {
    const known = holders.get(call.principal);
    // With an empty list the checks below would allow the call.
    const resources = call.resources.length === 0 ? ['*'] : call.resources;
    const [first = '*'] = resources;
    if (!known) return { allowed: false, reason: 'unknownPrincipal', matched: [], resource: first };
    const rules = known.rules.get(call.action.toLowerCase()) ?? [];
    const covering = resources.map((resource) =>
      rules.filter(
        ({ resource: pattern, condition }) =>
          globMatches(pattern, resource) && (condition === undefined || meets(call, condition)),
      ),
    );
    const denying = covering.findIndex((covers) => covers.some((rule) => !isGrant(rule)));
    if (denying >= 0) {
      const denies = new Set(covering.flat().filter((rule) => !isGrant(rule)));
      return denied('explicitDeny', [...denies], resources[denying]);
    }
    const uncovered = covering.findIndex((covers) => covers.length === 0);
    if (uncovered >= 0) return denied('implicitDeny', [], resources[uncovered]);
    for (const covers of covering) {
      for (const rule of covers) matched.add(rule);
      const [only] = covers;
      if (only && covers.length === 1) needed.add(only);
    }
    return { allowed: true, reason: 'allowed', matched: [...new Set(covering.flat())] };
  }
}

const isGrant = (rule: Rule): rule is Grant => rule.effect === 'Allow';

const denied = (reason: Reason, matched: Rule[], resource = '*'): Decision => ({
  allowed: false,
  reason,
  matched,
  resource,
});

/** A role calls as a role session, `assumed-role/NAME/SESSION`, without the role's path. */
function callerArn(holder: PolicyHolder | undefined, name: string): string {
  const [, partition, , , account, resource = ''] = (holder?.arn ?? '').split(':');
  if (!resource.startsWith('role/')) return holder?.arn ?? name;
  return `arn:${partition}:sts::${account}:assumed-role/${name}/local`;
}
