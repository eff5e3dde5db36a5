import { describe, expect, it } from 'vitest';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import type { AffectedPlayers } from '../../../lambdas/reliability/affected-players.ts';
import { countPlayer, countPlayerFailures } from '../../../lambdas/reliability/player-failures.ts';

const NOW = 1_800_000_000_000;
const down = new Problem('upstream_unavailable', 'down');
const never = () => new Promise<never>(() => {});

/** A request with a second left, and what counting makes of it. */
function counting(affectedPlayers: Partial<AffectedPlayers>, leftMs = 1000) {
  const players = { isDue: async () => true, addPlayer: async () => 3, ...affectedPlayers };
  const deps = { affectedPlayers: players, now: () => NOW };
  const of = { playerId: 'player', endsBy: NOW + leftMs, metrics: newRequestMetrics() };
  return {
    metrics: of.metrics,
    count: () => countPlayer('startFailed', of, deps),
    fail: (problem: Error) => countPlayerFailures('startFailed', of, deps, () => Promise.reject(problem)),
    succeed: () => countPlayerFailures('startFailed', of, deps, async () => 'done'),
  };
}

describe('a failure that is counted', () => {
  it('says of how many players it was counted in this hour, and of none where it is not due', async () => {
    expect(await counting({}).count()).toBe(3);
    expect(await counting({ isDue: async () => false }).count()).toBe(0);
  });

  it('counts as ten players where the table fails for all, so that the alarm is raised', async () => {
    const fails = () => Promise.reject(down);
    expect(await counting({ addPlayer: fails }).count()).toBe(10);
    expect(await counting({ isDue: fails, addPlayer: fails }).count()).toBe(10);
    expect(await counting({ isDue: fails }).count()).toBe(3);
  });

  it('never keeps the answer beyond the life of its function', async () => {
    // No time is left: a table that never answers is not waited for.
    expect(await counting({ addPlayer: never }, 0).count()).toBe(10);
    expect(await counting({ isDue: never, addPlayer: never }, 0).count()).toBe(10);
  });

  it('waits for a table that answers while there is time', async () => {
    const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(2), 5));
    expect(await counting({ addPlayer: slow }, 60_000).count()).toBe(2);
  });

  it('does not hide a defect of ours', async () => {
    const defect = new TypeError('defect');
    await expect(counting({ isDue: () => Promise.reject(defect) }).count()).rejects.toBe(defect);
  });
});

describe('a request of a player', () => {
  it('that succeeds counts nothing', async () => {
    const { metrics, succeed } = counting({ isDue: () => expect.unreachable() });
    expect(await succeed()).toBe('done');
    expect(metrics.failedPlayers).toBe(0);
  });

  it('that fails is a failure where its player was counted now, and excluded where not', async () => {
    const counted = counting({});
    await expect(counted.fail(down)).rejects.toMatchObject({ code: down.code, sliOutcome: 'failure' });
    expect(counted.metrics.failedPlayers).toBe(3);
    const again = counting({ isDue: async () => false });
    await expect(again.fail(down)).rejects.toMatchObject({ code: down.code, sliOutcome: 'excluded' });
  });

  it('that the rules refuse counts nobody: its own outcome wins over that of its code', async () => {
    const refused = new Problem('invalid_request', 'no');
    const { fail, metrics } = counting({ isDue: () => expect.unreachable() });
    await expect(fail(refused)).rejects.toBe(refused);
    const excluded = down.countedAs('excluded');
    await expect(fail(excluded)).rejects.toBe(excluded);
    expect(metrics.failedPlayers).toBe(0);
  });

  it('that fails by a defect of ours passes it on', async () => {
    const defect = new TypeError('defect');
    await expect(counting({}).fail(defect)).rejects.toBe(defect);
  });
});
