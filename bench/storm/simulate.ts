import { type StormOptions, type StormResult, simulateStorm } from './simulate-storm.ts';

export { simulateStorm };

/** A storm of the sweep: what it is about, and what it differs in. */
export type Scenario = readonly [name: string, options: Partial<StormOptions>];

const MISBEHAVING = { clockSkewMs: 250, ignoreRetryAfter: 0.1, lostReplies: 0.02, lateReplies: 0.1 };

/** What is simulated: one thing at a time at 2,000 players and 20 a second, then sizes. */
export const SCENARIOS: readonly Scenario[] = [
  ['the budgets: 2,000 players', {}],
  ['reads up to 100 ms old', { staleReadMs: 100 }],
  ['uneven clocks, 250 ms', { clockSkewMs: 250 }],
  ['10 % ignore Retry-After', { ignoreRetryAfter: 0.1 }],
  ['2 % lost, 10 % late replies', { lostReplies: 0.02, lateReplies: 0.1 }],
  ['20 % never return', { neverReturn: 0.2 }],
  ['20 % never return, too many', { neverReturn: 0.2, players: 5000 }],
  ['all return, too many', { players: 5000 }],
  ['heals at 60 s', { healsAtSeconds: 60, players: 1000 }],
  ['a stranger takes half', { stranger: 0.5 }],
  ['AWS notices after 5 s', { noticeSeconds: 5 }],
  ['AWS notices after 15 s', { noticeSeconds: 15 }],
  ['all of it, too many', { ...MISBEHAVING, neverReturn: 0.2, noticeSeconds: 5, players: 5000 }],
  ['200 players', { players: 200 }],
  ['5,000 in 2 s, table unlimited', { players: 5000, itemWritesPerSecond: 1e9 }],
  ['20,000 players', { players: 20_000 }],
  ['20,000 players, 200/s', { players: 20_000, quota: 200 }],
  ['100,000 players, 1,000/s', { players: 100_000, quota: 1000 }],
  ['100,000 players', { players: 100_000 }],
];

/** Whether as many were saved as any policy could save, within 1 %. */
export function isHeld({ saved, possible }: StormResult): boolean {
  return saved >= possible * 0.99;
}

/**
 * Runs the sweep and prints a table.
 * @throws Error naming the storms in which more than 1 % of the possible were lost
 */
export async function runSimulation({ json = false }: { json?: boolean } = {}): Promise<void> {
  const results: Record<string, StormResult> = {};
  const missed: string[] = [];
  console.log(
    'storm                            saved of possible   last s floor s  AWS/pl HTTP/pl  AWS peak/s  writes/pl   took',
  );
  for (const [name, options] of SCENARIOS) {
    const begun = performance.now();
    const result = await simulateStorm(options);
    const took = (performance.now() - begun) / 1000;
    results[name] = result;
    const held = isHeld(result);
    if (!held) missed.push(name);
    console.log(
      [
        name.padEnd(31),
        String(result.saved).padStart(8),
        'of',
        String(result.possible).padEnd(8),
        result.lastSeconds.toFixed(1).padStart(7),
        result.floorSeconds.toFixed(0).padStart(7),
        result.awsCallsPerPlayer.toFixed(2).padStart(7),
        result.httpRequestsPerPlayer.toFixed(2).padStart(7),
        String(result.awsCallsPeak).padStart(10),
        result.tableWritesPerPlayer.toFixed(2).padStart(10),
        took.toFixed(1).padStart(6),
        held ? '' : 'LOST',
      ].join(' '),
    );
  }
  if (json) console.log(JSON.stringify(results));
  if (missed.length > 0) throw new Error(`More than 1 % of the possible were lost: ${missed.join('; ')}`);
}
