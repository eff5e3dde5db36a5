/** Rules between the start rules, and between them and the other settings. They read the raw input, as all cross-checks do. */
import { type InvalidSetting, valueAt } from './errors.ts';
import { groupedBy } from './grouped.ts';
import { defaultConnectionTimeout, defaultSessionLength } from './rules.ts';

const listAt = (input: unknown, path: readonly PropertyKey[]): unknown[] => {
  const value = valueAt(input, path);
  return Array.isArray(value) ? value : [];
};

/** The claim of a condition, the same for `"plan"` and `["plan"]`. */
const claimOf = (condition: unknown) => JSON.stringify([valueAt(condition, ['claim'])].flat());

const comparisons = ['equals', 'contains', 'present'] as const;

/** Whether every token that meets one condition meets the other too. */
function implies(one: unknown, other: unknown): boolean {
  if (claimOf(one) !== claimOf(other)) return false;
  const same = comparisons.every((name) => valueAt(one, [name]) === valueAt(other, [name]));
  // A claim that has a value is there.
  return same || (valueAt(other, ['present']) === true && valueAt(one, ['present']) === undefined);
}

/** A rule never decides where every token that fits it has fitted an earlier rule. */
function unreachable(rules: readonly unknown[]): InvalidSetting[] {
  return rules.flatMap((rule, at) => {
    const own = listAt(rule, ['when']);
    const earlier = rules
      .slice(0, at)
      .findIndex((other) =>
        listAt(other, ['when']).every((theirs) => own.some((each) => implies(each, theirs))),
      );
    if (earlier < 0) return [];
    const allowed = `it before start.rules[${earlier}], or leave it out: who fits this rule fits that one, and the first one decides`;
    return [{ path: ['start', 'rules', at], allowed }];
  });
}

/** Conditions of one rule that no token can meet together. */
function contradictions(rules: readonly unknown[]): InvalidSetting[] {
  return rules.flatMap((rule, at) =>
    [...groupedBy(listAt(rule, ['when']), claimOf).values()].filter(contradict).map((conditions) => ({
      path: ['start', 'rules', at, 'when'],
      allowed: `conditions that one token can meet: those on the claim ${JSON.stringify(valueAt(conditions[0], ['claim']))} contradict each other`,
    })),
  );
}

function contradict(conditions: readonly unknown[]): boolean {
  const all = (name: string) =>
    new Set(conditions.map((condition) => valueAt(condition, [name])).filter((value) => value !== undefined));
  const [equals, contains, present] = [all('equals'), all('contains'), all('present')];
  const kinds = Number(equals.size > 0) + Number(contains.size > 0);
  return equals.size > 1 || kinds > 1 || present.size > 1 || (present.has(false) && kinds > 0);
}

/** What a rule gives, and no stream group has, can never be given. */
function unknownNames(input: unknown, rules: readonly unknown[]): InvalidSetting[] {
  const groups = listAt(input, ['streamGroups']);
  const known = {
    applications: new Set(groups.flatMap((group) => listAt(group, ['applications']))),
    locations: new Set(
      groups.flatMap((group) =>
        valueAt(group, ['locations']) === undefined
          ? [valueAt(group, ['region'])]
          : listAt(group, ['locations']),
      ),
    ),
  };
  return rules.flatMap((rule, at) =>
    (['applications', 'locations'] as const).flatMap((name) =>
      listAt(rule, ['give', name]).flatMap((value, index) =>
        known[name].has(value)
          ? []
          : [
              {
                path: ['start', 'rules', at, 'give', name, index],
                allowed: `one that a stream group lists: ${[...known[name]].join(', ')}`,
              },
            ],
      ),
    ),
  );
}

/** AWS would keep a session without a client for longer than the session lives. */
function timeouts(input: unknown, rules: readonly unknown[]): InvalidSetting[] {
  const groups = listAt(input, ['streamGroups']);
  return rules.flatMap((rule, at) => {
    const given = (name: string) => valueAt(rule, ['give', name]);
    if (given('connectionTimeoutSeconds') === undefined && given('sessionLengthSeconds') === undefined)
      return [];
    return groups.flatMap((group, index) => {
      const timeout =
        given('connectionTimeoutSeconds') ??
        valueAt(group, ['connectionTimeoutSeconds']) ??
        defaultConnectionTimeout;
      const length =
        given('sessionLengthSeconds') ?? valueAt(group, ['sessionLengthSeconds']) ?? defaultSessionLength;
      if (typeof timeout !== 'number' || typeof length !== 'number' || timeout <= length) return [];
      const name =
        given('connectionTimeoutSeconds') === undefined ? 'sessionLengthSeconds' : 'connectionTimeoutSeconds';
      const allowed =
        name === 'sessionLengthSeconds'
          ? `at least ${timeout}, the connectionTimeoutSeconds of streamGroups[${index}], or give a shorter one here`
          : `at most the session's length, sessionLengthSeconds: ${length}`;
      return [{ path: ['start', 'rules', at, 'give', name], allowed }];
    });
  });
}

/** The page's arguments would stand beside those that the rules give, and could overrule them. */
function argumentsOfBoth(input: unknown, rules: readonly unknown[]): InvalidSetting[] {
  if (valueAt(input, ['launchArguments']) !== true) return [];
  if (!rules.some((rule) => listAt(rule, ['give', 'additionalLaunchArgs']).length > 0)) return [];
  const allowed = 'false, for start.rules gives launch arguments: a page could overrule them with its own';
  return [{ path: ['launchArguments'], allowed }];
}

/** Finds start rules that are valid alone and invalid together. */
export function invalidStart(input: unknown): InvalidSetting[] {
  const rules = listAt(input, ['start', 'rules']);
  return [
    ...unreachable(rules),
    ...contradictions(rules),
    ...unknownNames(input, rules),
    ...timeouts(input, rules),
    ...argumentsOfBoth(input, rules),
  ];
}
