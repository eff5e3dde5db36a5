/** The ways to come back, as the output names them. */
export const POLICIES = ['rejoin', 'nothing', 'byHand'] as const;
export type Policy = (typeof POLICIES)[number];

/** For people. */
export const POLICY_NAMES: Readonly<Record<Policy, string>> = {
  rejoin: 'Rejoin',
  nothing: 'nothing',
  byHand: 'by hand',
};

/** How long AWS would take to notice a client that is silent, in the rows that are not about that. */
export const USUAL_NOTICE_SECONDS = 15;

/** One kind of loss. `notice`: seconds until AWS notices that a client is silent; a close it notices at once. */
export type Condition =
  /** Packets are lost for good. Neither end is told. */
  | { how: 'blackhole'; notice: number }
  /** Both ends are told. */
  | { how: 'close'; notice: number }
  /** Packets vanish for so many seconds, requests to the API with them, and then the network is there again. */
  | { how: 'blackout'; notice: number; seconds: number }
  /** What the player should receive vanishes; what the player sends arrives. */
  | { how: 'downlink'; notice: number };

/** The kinds of loss, as `--only` names them. */
export const KINDS = ['blackhole', 'close', 'blackout', 'downlink'] as const satisfies Condition['how'][];

/**
 * Which policies are measured. Doing nothing is left out where it is known to lead nowhere: the packets of a connection that is cut
 * for good, or closed, never come again.
 */
export function policiesFor({ how }: Condition): readonly Policy[] {
  return how === 'blackhole' || how === 'close' ? ['rejoin', 'byHand'] : POLICIES;
}

/** How `--json` and players' names name a condition. */
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

/** For people. */
export function sentenceOf(condition: Condition): string {
  const { notice } = condition;
  switch (condition.how) {
    case 'blackhole':
      return `packets vanish for good, AWS notices after ${notice} s`;
    case 'close':
      return 'clean close';
    case 'blackout':
      return `blackout of ${condition.seconds} s, API included; AWS would notice after ${notice} s`;
    case 'downlink':
      return 'one-way loss: what the player should receive vanishes for good';
  }
}

/** Seconds after the loss in which a page must be back; otherwise it never came back. */
export function limitSeconds({ notice }: Condition): number {
  return notice + 30;
}

/** When a page passed what on its way back, in milliseconds since the epoch. */
export interface Times {
  detectedAt?: number;
  answeredAt?: number;
  frameAt: number;
}

/** What one loss led to, in milliseconds since it. */
export interface Recovery {
  /** When the page knew of it; absent where it never did, or has no idea of losses. */
  detectMs?: number | undefined;
  /** When a new connection was granted; absent where there was none. */
  answerMs?: number | undefined;
  /** When the first frame was shown that was sent after the loss; null: never, see `limitSeconds`. */
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
