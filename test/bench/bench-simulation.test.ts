import { describe, expect, it } from 'vitest';
import { isHeld, SCENARIOS, seedsOf } from '../../bench/storm/simulate-scenarios.ts';
import { pollUntilReconnectable } from '../../bench/storm/simulate-status.ts';
import { simulateStorm } from '../../bench/storm/simulate-storm.ts';
import { execute } from '../../bench/storm/simulate-table.ts';
import { virtualTime } from '../../bench/storm/simulate-time.ts';
import { clientPolls } from './client-polls.ts';

describe('a storm, simulated in virtual time with the code of the admission queue', () => {
  const small = SCENARIOS.filter(([, { players = 2000 }]) => players <= 5000);

  // With the other seeds as well: test/long/bench-simulation.test.ts.
  it.each(small)('%s: saves as many as any policy could, within 1 %%', async (_name, options) => {
    const [seed = 1] = seedsOf(options);
    const result = await simulateStorm({ ...options, seed });
    expect(isHeld(result), JSON.stringify({ seed, ...result })).toBe(true);
    expect(result.possible).toBeGreaterThan(0);
  });

  it('of 2,000 players keeps the budgets for the last player, calls and requests', async () => {
    const result = await simulateStorm();
    expect(result.saved).toBe(2000);
    expect(result.lastSeconds).toBeLessThanOrEqual(1.05 * result.floorSeconds);
    expect(result.awsCallsPerPlayer).toBeLessThanOrEqual(1.15);
    expect(result.httpRequestsPerPlayer).toBeLessThanOrEqual(2.3);
  });

  it.each([5, 15])(
    'brings 1,000 players with the client library back as fast as AWS allows when it notices the loss after %i s',
    async (noticeSeconds) => {
      const quota = 20;
      const result = await simulateStorm({ players: 1000, quota, headerOnly: 0, noticeSeconds });
      expect(result.saved).toBe(1000);
      // Until AWS notices, every call is refused, so a queue of a whole crowd is that much longer.
      expect(result.lastSeconds).toBeLessThanOrEqual(noticeSeconds + 1.02 * result.floorSeconds);
      expect(result.refusedCallsPerPlayer).toBeLessThanOrEqual((quota * (noticeSeconds + 1)) / 1000);
    },
  );

  it('lets only those players poll a status whom AWS refused: twice as many in the queue do not poll more', async () => {
    const quota = 20;
    for (const players of [1000, 2000]) {
      const result = await simulateStorm({ players, quota, headerOnly: 0, noticeSeconds: 5 });
      expect(result.statusRequestsPeak).toBeGreaterThan(quota);
      // AWS refuses at most its quota each second, and after five seconds a player has a ticket instead.
      expect(result.statusRequestsPeak).toBeLessThanOrEqual(6 * quota);
      expect(result.statusRequestsPerPlayer).toBeLessThanOrEqual(0.5);
    }
  });

  it('loses nobody of 2,000 at 5 and 15 s of unnoticed loss', async () => {
    for (const noticeSeconds of [5, 15]) expect((await simulateStorm({ noticeSeconds })).saved).toBe(2000);
  });

  it('with a table of 1,000 writes a second costs no player the session, and does not flood AWS', async () => {
    const limited = await simulateStorm({ players: 5000 });
    const unlimited = await simulateStorm({ players: 5000, itemWritesPerSecond: 1e9 });
    expect(limited.tableThrottles).toBeGreaterThan(1000);
    expect(unlimited.tableThrottles).toBe(0);
    expect(limited.saved).toBeGreaterThanOrEqual(unlimited.saved * 0.99);
    expect(limited.awsCallsPeak).toBeLessThanOrEqual(unlimited.awsCallsPeak * 1.1);
  });

  it('gives the same result in every run', async () => {
    const options = { players: 300, neverReturn: 0.2, lostReplies: 0.1, seed: 7 };
    expect(await simulateStorm(options)).toEqual(await simulateStorm(options));
  });

  it('loses players and says so where nine in ten replies are lost and sessions are short', async () => {
    const result = await simulateStorm({ players: 2000, lifeSeconds: 20, headerOnly: 0, lostReplies: 0.9 });
    expect(isHeld(result)).toBe(false);
  });
});

describe('the status polls of a simulated player', () => {
  it.each([
    ['AWS notices nothing', Number.POSITIVE_INFINITY, 1000],
    ['AWS notices the loss after three polls', 3, 1000],
    ['a refusal names a longer wait', Number.POSITIVE_INFINITY, 7300],
  ])('are those of the client library when %s', async (_what, noticedAtPoll, waitMs) => {
    const time = virtualTime();
    const simulated: number[] = [];
    let requestAt = 0;
    void pollUntilReconnectable(time, waitMs, async () => {
      simulated.push(time.now());
      return simulated.length < noticedAtPoll ? 'connected' : 'noticed';
    }).then(() => {
      requestAt = time.now();
    });
    await time.run();
    expect(await clientPolls(noticedAtPoll, waitMs)).toEqual({ polls: simulated, requestAt });
  });
});

describe('the simulated table', () => {
  const names = { '#n': 'n' };

  it('executes conditions and sums as DynamoDB does, absent attributes included', () => {
    const add = {
      update: 'SET #n = if_not_exists(#n, :zero) + :one',
      names,
      values: { ':zero': 0, ':one': 1 },
    };
    expect(execute({}, add)).toEqual({ n: 1 });
    expect(execute({ n: 4 }, add)).toEqual({ n: 5 });
    const late = { update: 'SET #n = :one', names, values: { ':one': 1, ':now': 5 } };
    expect(execute({}, { ...late, condition: '#n <= :now' })).toBeNull();
    expect(execute({}, { ...late, condition: 'attribute_not_exists(#n) OR #n <= :now' })).toEqual({ n: 1 });
    expect(execute({ n: 6 }, { ...late, condition: 'attribute_not_exists(#n) OR #n <= :now' })).toBeNull();
  });
});
