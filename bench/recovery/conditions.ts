/** The policies, as the output names them. */
export const POLICIES = ['rejoin', 'nothing', 'byHand'] as const;
export type Policy = (typeof POLICIES)[number];

/** Names for people. */
export const POLICY_NAMES: Readonly<Record<Policy, string>> = {
  rejoin: 'Rejoin',
  nothing: 'nothing',
  byHand: 'by hand',
};

/** Seconds until AWS notices a silent client, in the rows that do not vary it. */
export const USUAL_NOTICE_SECONDS = 15;

/** One kind of loss. `notice`: seconds until AWS notices that a client is silent. AWS notices a close at once. */
export type Condition =
  /** Packets vanish for good. Neither end gets a close. */
  | { how: 'blackhole'; notice: number }
  /** Both ends get a close. */
  | { how: 'close'; notice: number }
  /** Packets and requests to the API vanish for so many seconds. Then the network is back. */
  | { how: 'blackout'; notice: number; seconds: number }
  /** Packets to the player vanish. Packets from the player arrive. */
  | { how: 'downlink'; notice: number };

/** The kinds of loss, as `--only` names them. */
export const KINDS = ['blackhole', 'close', 'blackout', 'downlink'] as const satisfies Condition['how'][];

/**
 * The policies that are measured. Doing nothing is left out where it can't succeed: a connection that is closed or cut for good never
 * comes back.
 */
export function policiesFor({ how }: Condition): readonly Policy[] {
  return how === 'blackhole' || how === 'close' ? ['rejoin', 'byHand'] : POLICIES;
}

/** A condition's name in `--json` and in players' names. */
export function nameOf(condition: Condition): string {
  switch (condition.how) {
    case 'blackhole':
      return `notice${condition.notice}`;
    case 'blackout':
      return `blackout${condition.seconds}`;
    default:
      return condition.how;
  }
}

/** Names for people. */
export function sentenceOf(condition: Condition): string {
  const { notice } = condition;
  switch (condition.how) {
    case 'blackhole':
      return `packets vanish for good; AWS notices after ${notice} s`;
    case 'close':
      return 'clean close';
    case 'blackout':
      return `blackout of ${condition.seconds} s, API requests too; AWS would notice after ${notice} s`;
    case 'downlink':
      return 'one-way loss: packets to the player vanish for good';
  }
}

/** Seconds after the loss within which a page must be back. A later one counts as never back. */
export function limitSeconds({ notice }: Condition): number {
  return notice + 30;
}

/** The times of a page's recovery, in milliseconds since the epoch. */
export interface Times {
  detectedAt?: number;
  answeredAt?: number;
  frameAt: number;
}

/** The recovery from one loss, in milliseconds since the loss. */
export interface Recovery {
  /** When the page noticed the loss; absent where it never did. */
  detectMs?: number | undefined;
  /** When a new connection was granted; absent where there was none. */
  answerMs?: number | undefined;
  /** When the first frame that was sent after the loss was shown; null: never, see `limitSeconds`. */
  frameMs: number | null;
}

/** The recoveries of each policy that was measured, from one kind of loss. */
export interface ConditionRecoveries {
  condition: Condition;
  of: Readonly<Partial<Record<Policy, readonly Recovery[]>>>;
}

export type Recoveries = readonly ConditionRecoveries[];

/** The policies that were measured, in their order. */
export function policiesOf({ of }: ConditionRecoveries): [Policy, readonly Recovery[]][] {
  return POLICIES.flatMap((policy) => {
    const recoveries = of[policy];
    return recoveries === undefined ? [] : [[policy, recoveries] as [Policy, readonly Recovery[]]];
  });
}
