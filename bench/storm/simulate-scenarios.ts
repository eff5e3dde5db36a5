import type { StormOptions, StormResult } from './simulate-storm.ts';

/** A storm of the sweep: what it is about, and what it differs in. */
export type Scenario = readonly [name: string, options: Partial<StormOptions>];

const MISBEHAVING = { clockSkewMs: 250, ignoreRetryAfter: 0.1, lostReplies: 0.02, lateReplies: 0.1 };
/** Twice as many as can be saved. */
const TOO_MANY = { players: 5000 };

/** What is simulated: one thing at a time at 2,000 players and 20 a second, then sizes. */
export const SCENARIOS: readonly Scenario[] = [
  ['the budgets: 2,000 players', {}],
  ['reads up to 100 ms old', { staleReadMs: 100 }],
  ['uneven clocks, 250 ms', { clockSkewMs: 250 }],
  ['10 % ignore Retry-After', { ignoreRetryAfter: 0.1 }],
  ['2 % lost, 10 % late replies', { lostReplies: 0.02, lateReplies: 0.1 }],
  ['20 % never return', { neverReturn: 0.2 }],
  ['20 % never return, too many', { ...TOO_MANY, neverReturn: 0.2 }],
  ['20 % never return, just enough', { players: 3000, neverReturn: 0.2 }],
  ['all return, too many', TOO_MANY],
  ['all return, just enough', { players: 2420 }],
  ['heals at 60 s', { healsAtSeconds: 60, players: 1000 }],
  ['heals at 60 s, too many', { ...TOO_MANY, healsAtSeconds: 60 }],
  ['another caller takes half', { stranger: 0.5 }],
  ['another caller, too many', { ...TOO_MANY, stranger: 0.5 }],
  ['AWS notices after 5 s', { noticeSeconds: 5 }],
  ['AWS notices after 15 s', { noticeSeconds: 15 }],
  ['after 5 s, too many', { ...TOO_MANY, noticeSeconds: 5 }],
  ['after 15 s, too many', { ...TOO_MANY, noticeSeconds: 15 }],
  ['all of these, too many', { ...TOO_MANY, ...MISBEHAVING, neverReturn: 0.2, noticeSeconds: 5 }],
  ['functions that stall for up to 2 s', { stallMs: 2000 }],
  ['200 players', { players: 200 }],
  ['5,000 in 2 s, table unlimited', { ...TOO_MANY, itemWritesPerSecond: 1e9 }],
  ['20,000 players', { players: 20_000 }],
  ['20,000 players, 200/s', { players: 20_000, quota: 200 }],
  ['100,000 players', { players: 100_000 }],
  ['100,000 players, 1,000/s', { players: 100_000, quota: 1000 }],
  ['1,000,000 players, 10,000/s', { players: 1_000_000, quota: 10_000 }],
];

/** A storm of up to this many players is run with several seeds, and the worst of them counts. */
const SEVERAL_SEEDS_UP_TO = 5000;

export function seedsOf({ players = 2000 }: Partial<StormOptions>): readonly number[] {
  return players <= SEVERAL_SEEDS_UP_TO ? [1, 2, 3, 4, 5] : [1];
}

/** Whether as many were saved as any policy could save, within 1 %. */
export function isHeld({ saved, possible }: StormResult): boolean {
  return saved >= possible * 0.99;
}
