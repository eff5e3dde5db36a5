/** The two ways to come back, as the output names them. */
export const POLICIES = ['rejoin', 'byHand'] as const;
export type Policy = (typeof POLICIES)[number];

/** For people. */
export const POLICY_NAMES: Readonly<Record<Policy, string>> = {
  rejoin: 'Rejoin',
  byHand: 'by hand',
};

/** One kind of cut. */
export interface Condition {
  /** Packets vanish and nobody says so, or both ends are told. */
  how: 'blackhole' | 'close';
  /** Seconds until AWS notices that packets vanish; a close it notices at once. */
  notice: number;
}

/** How `--json` names a condition; the first one's figures stand at the top. */
export function nameOf({ how, notice }: Condition): string {
  return how === 'close' ? 'close' : `notice${notice}`;
}

/** For people. */
export function sentenceOf({ how, notice }: Condition): string {
  return how === 'close' ? 'clean close' : `packets vanish, AWS notices after ${notice} s`;
}

/** What one cut led to, in milliseconds since it. */
export interface Recovery {
  detectMs: number;
  answerMs: number;
  frameMs: number;
}

/** The recoveries of each policy from each kind of cut. */
export type Recoveries = readonly {
  condition: Condition;
  of: Readonly<Record<Policy, readonly Recovery[]>>;
}[];
