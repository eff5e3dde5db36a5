import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import type { Log, LogFields } from '../../../lambdas/observability/logs.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem, type SliOutcome } from '../../../lambdas/problems/problems.ts';
import { tableAffectedPlayers } from '../../../lambdas/reliability/affected-players.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import type { StartDependencies } from '../../../lambdas/routes/start/dependencies.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { tableSlots } from '../../../lambdas/sessions/slot-table.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';
import {
  type FakeAws,
  ownSession,
  quiet,
  reconnectWith,
  refusal,
  sharedTable,
  startRequest,
} from '../broker.ts';

const real = sharedTable();

/** What a request counts as: what its refusal says, else good. */
const counts = (work: Promise<unknown>): Promise<SliOutcome | undefined> =>
  work.then(
    () => 'success',
    (problem: Problem) => problem.sliOutcome,
  );

/** A player's session, AWS as the test wants it, and every warning. */
async function player(changes: Partial<SessionRecord> = {}) {
  const aws: FakeAws = { connect: async () => 'answer', seen: undefined, tokens: [] };
  const { deps, clock } = reconnectWith(real.table, aws);
  const warned: [string, LogFields][] = [];
  const log: Log = { ...quiet, warn: (step, fields) => void warned.push([step, fields]) };
  const asked = await ownSession(deps, changes);
  const ask = (later = 0, other: Partial<typeof asked> = {}) => {
    clock.now += later;
    return reconnect({ ...asked, endsBy: clock.now + 10_000, ...other }, { ...deps, log });
  };
  const newOffer = () => ({ signalRequest: `offer-${randomUUID()}`, key: randomUUID() });
  return { aws, asked, ask, newOffer, clock, deps, warned };
}

describe('a stuck player', () => {
  it('who repeats the request counts as one failure, for no more than the reads and writes of a refusal', async () => {
    const { aws, ask } = await player();
    aws.connect = () => Promise.reject(refusal('internal'));
    const before = real.operations.length;
    const verdicts: unknown[] = [];
    for (let time = 0; time < 10; time++) verdicts.push(await counts(ask(1700)));
    expect(verdicts).toEqual(['failure', ...Array(9).fill('excluded')]);
    const operations = real.operations.slice(before).filter((operation) => !operation.includes('stale'));
    // Two a refusal; and once for the player, and for the players of the hour.
    expect(operations).toEqual(Array(22).fill('update'));
  });

  it('counts again no sooner than in five minutes, though connections go well in between', async () => {
    const { aws, ask, newOffer, deps, asked } = await player();
    const works = aws.connect;
    aws.connect = () => Promise.reject(refusal('quota'));
    expect(await counts(ask())).toBe('failure');
    aws.connect = works;
    expect(await counts(ask(5000, newOffer()))).toBe('success');
    expect(await deps.sessions.read(asked)).not.toHaveProperty('failureEpisode');
    aws.connect = () => Promise.reject(refusal('quota'));
    expect(await counts(ask(5000, newOffer()))).toBe('excluded');
    aws.connect = works;
    expect(await counts(ask(290_000, newOffer()))).toBe('success');
    aws.connect = () => Promise.reject(refusal('quota'));
    expect(await counts(ask(0, newOffer()))).toBe('failure');
  });

  it('who loses the session while asking is a failure; who comes back to a lost one is none', async () => {
    const { aws, ask, newOffer } = await player();
    aws.connect = () => Promise.reject(refusal('conflict'));
    aws.seen = { status: 'CONNECTED' };
    expect(await counts(ask())).toBe('excluded');
    aws.seen = { status: 'TERMINATED', statusReason: 'reconnectionTimeout' };
    expect(await counts(ask(1000, newOffer()))).toBe('failure');
    const late = await player();
    late.aws.connect = aws.connect;
    late.aws.seen = aws.seen;
    expect(await counts(late.ask())).toBe('excluded');
  });

  it('whose session a status poll saw end has lost it all the same', async () => {
    const { aws, ask, newOffer, clock, deps, asked } = await player();
    aws.connect = () => Promise.reject(refusal('internal'));
    expect(await counts(ask())).toBe('failure');
    clock.now += 301_000;
    await deps.sessions.writeStatus(asked, { status: 'TERMINATED', statusAt: clock.now });
    expect(await counts(ask(0, newOffer()))).toBe('excluded');
    const waiting = await player({ ticket: { at: clock.now - 1000, since: clock.now - 90_000 } });
    await deps.sessions.writeStatus(waiting.asked, { status: 'TERMINATED', statusAt: clock.now });
    expect(await counts(waiting.ask(clock.now - waiting.clock.now))).toBe('failure');
  });

  it('who cannot start counts as one failure too', async () => {
    const { deps, clock } = await player();
    const limits = { maxLiveSessionsPerPlayer: 1, startsPerMinute: 100 };
    const starting: StartDependencies = {
      ...deps,
      limits,
      startSettings: {},
      streamGroups: [{ id: 'sg-1' }],
      slots: tableSlots(real.table),
      counters: tableWindowCounters(real.table),
      startBrake: async () => undefined,
      startStreamSession: () => Promise.reject(refusal('quota')),
    };
    const asked = startRequest();
    const verdicts: unknown[] = [];
    for (let time = 0; time < 6; time++) {
      clock.now += 5000;
      verdicts.push(await counts(start({ ...asked, endsBy: clock.now + 15_000 }, starting)));
    }
    expect(verdicts).toEqual(['failure', ...Array(5).fill('excluded')]);
  });
});

describe('one player alone', () => {
  it('is one failure however many sessions it starts, drops, is refused in, and ends', async () => {
    const { aws, deps, asked, clock, newOffer } = await player();
    aws.connect = () => Promise.reject(refusal('quota'));
    const verdicts: unknown[] = [];
    for (let session = 0; session < 5; session++) {
      const own = await ownSession(deps, { playerId: asked.playerId });
      verdicts.push(await counts(reconnect({ ...own, ...newOffer() }, deps)));
      clock.now += 2200;
    }
    expect(verdicts).toEqual(['failure', ...Array(4).fill('excluded')]);
  });

  it('is one unstable connection, whatever session it drops again at once', async () => {
    const { aws, deps, asked, clock, newOffer } = await player();
    aws.connect = async () => 'answer';
    const relapses: string[] = [];
    for (let session = 0; session < 3; session++) {
      const of = await ownSession(deps, { playerId: asked.playerId });
      for (const previousConnectionId of ['c0', undefined]) {
        const metrics = newRequestMetrics();
        const before = previousConnectionId ?? (await deps.sessions.read(of))?.connectionHistory?.at(-1);
        const request = { ...of, ...newOffer(), endsBy: clock.now + 10_000, metrics };
        await reconnect({ ...request, previousConnectionId: before }, deps);
        relapses.push(metrics.unstableConnection);
        clock.now += 2000;
      }
    }
    expect(relapses).toEqual(['none', 'counted', 'none', 'again', 'none', 'again']);
  });

  it('stays one of the hour’s players however often it fails; ten are counted, and more are not written', async () => {
    const counts = tableAffectedPlayers(real.table, HANGS_AFTER_MS);
    // An hour in which nothing else here happens.
    const now = 1_700_000_000_000;
    const heard: number[] = [];
    for (const who of ['a', 'a', 'b', 'a']) heard.push(await counts.addPlayer('startFailed', who, now));
    for (let more = 0; more < 8; more++)
      heard.push(await counts.addPlayer('startFailed', `more-${more}`, now));
    expect(heard).toEqual([1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    real.operations.length = 0;
    expect(await counts.addPlayer('startFailed', 'one more', now)).toBe(10);
    expect(real.operations).toEqual([]);
    expect(
      await tableAffectedPlayers(real.table, HANGS_AFTER_MS).addPlayer(
        'startFailed',
        'in another sandbox',
        now,
      ),
    ).toBe(10);
  });

  it('cannot pass for many by making its own item too busy; a table that does not answer at all fails everybody', async () => {
    const { aws, deps } = await player();
    aws.connect = () => Promise.reject(refusal('quota'));
    const gone = () => Promise.reject(new Problem('upstream_unavailable', 'Too busy.'));
    const heard: number[] = [];
    for (const playerCounts of [
      { ...deps.affectedPlayers, isDue: gone },
      { isDue: gone, addPlayer: gone },
    ]) {
      const metrics = newRequestMetrics();
      await counts(
        reconnect(
          { ...(await ownSession(deps)), endsBy: deps.now() + 10_000, metrics },
          { ...deps, affectedPlayers: playerCounts },
        ),
      );
      heard.push(metrics.failedPlayers);
    }
    expect(heard[0]).toBeLessThan(10);
    expect(heard[1]).toBe(10);
  });
});

describe('a function that was killed', () => {
  it('is logged by the next one, with the connection that it may have made: it could log nothing itself', async () => {
    const { ask, newOffer, deps, asked, clock, warned } = await player();
    const claim = { request: 'r', offer: 'o' };
    const until = clock.now + 1000;
    const lease = { ...claim, id: 'dead', until, connectionId: 'c-dead' };
    await deps.sessions.acquireLease(asked, lease, { perMinute: 30 }, clock.now);
    await ask(2000, newOffer());
    expect(warned).toEqual([
      ['dead lease', { until: new Date(until).toISOString(), connectionId: 'c-dead' }],
    ]);
    await ask(2000, newOffer());
    expect(warned).toHaveLength(1);
  });
});

describe('a connection that was answered and carried nothing', () => {
  it('is counted when the player asks again within half a minute, once for a player who goes on asking', async () => {
    const { ask, newOffer } = await player();
    const relapses: string[] = [];
    let previousConnectionId: string | undefined;
    for (const later of [0, 10_000, 10_000, 40_000]) {
      const metrics = newRequestMetrics();
      const { body } = await ask(later, { ...newOffer(), previousConnectionId, metrics });
      previousConnectionId = JSON.parse(body).connectionId;
      relapses.push(metrics.unstableConnection);
    }
    expect(relapses).toEqual(['none', 'counted', 'again', 'none']);
  });
});
