import type { ActionFacts } from './facts.ts';
import { globMatches } from './glob.ts';

/** When a rule counts. */
export interface Condition {
  /** The call has each of these keys, with one of its values, in the same case of letters. */
  stringEquals?: readonly StringEquals[];
  /** The partition key of each item that the call is about must match one of these patterns. */
  leadingKeys?: readonly string[];
}

export interface StringEquals {
  /** In lower case: the case of a key's letters does not matter. */
  key: string;
  values: readonly string[];
}

/** What conditions are compared with. */
export interface ConditionContext {
  /** By condition key, such as `kms:ViaService`. */
  context?: Readonly<Record<string, string>>;
  /** The partition keys of all items that the call is about, where they are known. */
  leadingKeys?: readonly string[] | undefined;
}

const LEADING_KEYS = 'dynamodb:LeadingKeys';
const FOR_ALL = 'ForAllValues:StringLike';

/** Actions on single items. Their requests always name the partition key, so a condition on it is never without a value. */
const ON_AN_ITEM = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);

/**
 * Reads the Condition of a statement. Understood is either StringEquals, or ForAllValues:StringLike of dynamodb:LeadingKeys in
 * an Allow. Anything else could deny something, so it is refused.
 * Sources: IAM User Guide, "IAM JSON policy elements: Condition"; DynamoDB Developer Guide, "Using IAM policy conditions for
 * fine-grained access control".
 * @throws Error naming what is not understood
 */
export function readCondition(value: unknown, effect: 'Allow' | 'Deny', where: string): Condition {
  if (value === undefined) return {};
  const { StringEquals: equals, [FOR_ALL]: like, ...others } = members(value, where);
  const [other] = Object.keys(others);
  if (other !== undefined || (equals === undefined) === (like === undefined)) {
    throw new Error(
      `${where}: Condition is not understood, only StringEquals, or ${FOR_ALL} of ${LEADING_KEYS}: ${JSON.stringify(value)}`,
    );
  }
  return like === undefined
    ? { stringEquals: stringEqualsIn(equals, where) }
    : { leadingKeys: leadingKeysIn(like, effect, where) };
}

function stringEqualsIn(value: unknown, where: string): StringEquals[] {
  return Object.entries(members(value, where)).map(([key, given]) => ({
    key: key.toLowerCase(),
    values: plainStrings(given, `${where}: ${key}`),
  }));
}

function leadingKeysIn(value: unknown, effect: 'Allow' | 'Deny', where: string): string[] {
  const { [LEADING_KEYS]: patterns, ...others } = members(value, where);
  if (effect === 'Deny' || patterns === undefined || Object.keys(others).length > 0) {
    throw new Error(`${where}: ${FOR_ALL} is understood only of ${LEADING_KEYS}, in an Allow`);
  }
  return plainStrings(patterns, `${where}: ${LEADING_KEYS}`);
}

/** @throws Error for a condition that no call of the action can meet: AWS would accept it, and then never find it true */
export function checkCondition(
  { stringEquals = [], leadingKeys }: Condition,
  { name, conditionKeys }: ActionFacts,
  where: string,
): void {
  if (leadingKeys && !ON_AN_ITEM.includes(name)) {
    throw new Error(`${where}: ${LEADING_KEYS} is understood for ${ON_AN_ITEM.join(', ')} only`);
  }
  for (const { key } of stringEquals) {
    if (conditionKeys.some((known) => known.toLowerCase() === key)) continue;
    const known = conditionKeys.join(', ') || 'none';
    throw new Error(`${where}: the condition key ${key} is none of ${name}'s own: ${known}`);
  }
}

/** Whether a call meets a condition. A key that the call does not carry meets none. */
export function meets(
  { context = {}, leadingKeys: keys }: ConditionContext,
  { stringEquals = [], leadingKeys }: Condition,
): boolean {
  const given = new Map(Object.entries(context).map(([key, value]) => [key.toLowerCase(), value]));
  if (!stringEquals.every(({ key, values }) => values.some((value) => value === given.get(key))))
    return false;
  if (!leadingKeys) return true;
  return keys?.every((key) => leadingKeys.some((pattern) => globMatches(pattern, key))) ?? false;
}

function members(value: unknown, where: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${where}: Condition: must be an object, not ${JSON.stringify(value)}`);
}

function plainStrings(value: unknown, what: string): string[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every((item) => typeof item === 'string')) {
    throw new Error(`${what} must be a string or a list of at least one, not ${JSON.stringify(value)}`);
  }
  const variable = list.find((each) => each.includes('${'));
  if (variable === undefined) return list;
  throw new Error(`${what}: ${variable} has a policy variable, which is not understood`);
}
