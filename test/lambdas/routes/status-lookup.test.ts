import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { tableLookupLimiter } from '../../../lambdas/admission/lookup-limiter.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import {
  type AwsStreamSession,
  createConnection,
  getStreamSession,
} from '../../../lambdas/gameliftstreams/calls.ts';
import { type GetStreamSession, lookUpStatus } from '../../../lambdas/gameliftstreams/status-lookup.ts';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { type StatusDependencies, status } from '../../../lambdas/routes/status/status.ts';
import { terminate } from '../../../lambdas/routes/terminate/terminate.ts';
import { importSession } from '../../../lambdas/sessions/import-session.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { code, ownSession, reconnectWith, refusal, sharedTable } from '../broker.ts';

const real = sharedTable();

const REGION = 'us-west-2';
/** A table whose items are too hot to be written. */
const hotTable = {
  update: () => Promise.reject(new Problem('upstream_unavailable', 'Too hot.')),
} as never as Table;
/** Spots at 20 looks a second over a table. */
const lookupLimiterOver = (table: Table, clock: { now: number }, region: string = randomUUID()) =>
  tableLookupLimiter(table, { region, quota: 20 }, () => clock.now);

/** A session of a player, and what its functions do, with GetStreamSession as the test wants it. */
async function watched(changes: Partial<SessionRecord> = {}) {
  const { deps, clock } = reconnectWith(real.table, {
    connect: () => Promise.reject(refusal('conflict')),
    seen: undefined,
    tokens: [],
  });
  const asked = await ownSession(deps, changes);
  const aws = {
    get: (() => Promise.reject(refusal('notFound'))) as () => Promise<AwsStreamSession>,
    gets: 0,
  };
  const getStreamSession: GetStreamSession = () => {
    aws.gets++;
    return aws.get();
  };
  const limiter = lookupLimiterOver(real.table, clock);
  const polling: StatusDependencies = {
    ...deps,
    lookupLimiterIn: () => limiter,
    getStreamSession,
  };
  const poll = (from = limiter, metrics = newRequestMetrics()) =>
    status(asked, REGION, { endsBy: clock.now + 6000, metrics }, { ...polling, lookupLimiterIn: () => from });
  return { aws, asked, clock, deps, poll, limiter, getStreamSession };
}

const seenAs = (of: Partial<AwsStreamSession>) => async () => of as AwsStreamSession;

describe('a session that AWS does not know', () => {
  it('right after its start is not taken for over: AWS need not know it everywhere yet', async () => {
    const { aws, clock, poll } = await watched({ status: 'ACTIVATING', createdAt: 1_800_000_000_000 - 1500 });
    expect((await poll()).status).toBe('ACTIVATING');
    clock.now += 2000;
    aws.get = seenAs({ status: 'ACTIVE', signalResponse: 'answer' });
    expect(await poll()).toMatchObject({ status: 'ACTIVE', startResponse: 'answer' });
  });

  it('minutes after its start is over, and stays so', async () => {
    const { aws, clock, poll } = await watched({ createdAt: 1_800_000_000_000 - 200_000 });
    expect((await poll()).status).toBe('TERMINATED');
    clock.now += 2000;
    await poll();
    expect(aws.gets).toBe(1);
  });

  it('past its length is over without a call of AWS, whatever AWS would answer', async () => {
    const { aws, poll } = await watched({ createdAt: 1_800_000_000_000 - 100 * 3_600_000 });
    expect(await poll()).toMatchObject({ status: 'TERMINATED', statusReason: 'maxSessionLengthTimeout' });
    expect(aws.gets).toBe(0);
  });
});

describe('the answer that AWS shows for a session that waits for its first client', () => {
  const own = { request: 'start', offer: "the start's" };
  const waiting = { status: 'ACTIVE' as const, usedOffers: [own] };
  const shown = seenAs({ status: 'ACTIVE', signalResponse: 'the answer to another offer' });
  const used = { request: 'request', offer: 'offer' };
  const lease = { ...used, id: 'lease', until: 1_800_000_100_000 };

  it.each<[string, Partial<SessionRecord>]>([
    ['whose answer was lost', { usedOffers: [own, used] }],
    ['whose function died', { abandonedLeases: [lease] }],
  ])('is not given to the page that started it, after a reconnect of another device %s', async (_, left) => {
    const { aws, poll, clock } = await watched({ ...waiting, ...left });
    aws.get = shown;
    clock.now += 2000;
    const seen = await poll();
    expect(seen.status).toBe('ACTIVE');
    expect(seen.startResponse).toBeUndefined();
  });

  it('is given to the page that started it, while there was no reconnect', async () => {
    const { aws, poll, clock } = await watched(waiting);
    aws.get = seenAs({ status: 'ACTIVE', signalResponse: 'the answer to the start' });
    clock.now += 2000;
    expect((await poll()).startResponse).toBe('the answer to the start');
  });

  it('is not given where such a reconnect begins while AWS is being asked, or is under way', async () => {
    const { aws, asked, deps, poll, clock } = await watched(waiting);
    clock.now += 2000;
    aws.get = async () => {
      await deps.sessions.acquireLease(asked, lease, { perMinute: 60 }, clock.now);
      return shown();
    };
    expect((await poll()).startResponse).toBeUndefined();
    clock.now += 2000;
    aws.get = shown;
    expect((await poll()).startResponse).toBeUndefined();
  });
});

describe('a status lookup that AWS fails', () => {
  it('is counted, since the player gets a 200 with the older status', async () => {
    for (const [kind, failed] of [
      ['internal', 1],
      ['timeout', 1],
      ['throttled', 0],
    ] as const) {
      const { aws, poll, clock, limiter } = await watched();
      aws.get = () => Promise.reject(refusal(kind));
      clock.now += 60_000;
      const metrics = newRequestMetrics();
      expect((await poll(limiter, metrics)).status).toBe('CONNECTED');
      expect([kind, metrics.lookups, metrics.failedLookups]).toEqual([kind, failed, failed]);
    }
    const { aws, poll, clock, limiter } = await watched();
    aws.get = async () => ({ status: 'CONNECTED' }) as AwsStreamSession;
    clock.now += 60_000;
    const metrics = newRequestMetrics();
    await poll(limiter, metrics);
    expect([metrics.lookups, metrics.failedLookups]).toEqual([1, 0]);
  });
});

describe('the quota of status lookups', () => {
  it('a counter that fails costs a refused player no lease: the next request is judged at once', async () => {
    const { asked, clock, deps, getStreamSession } = await watched();
    const look: typeof deps.lookUpStatus = async (session, deadline, metrics) => {
      const limiter = lookupLimiterOver(hotTable, clock);
      if (!(await limiter.take(false))) return undefined;
      return lookUpStatus(getStreamSession, limiter, session, {
        deadline,
        now: deps.now,
        random: deps.random,
        metrics,
      });
    };
    expect(await code(reconnect(asked, { ...deps, lookUpStatus: look }))).toBe('session_not_reconnectable');
    clock.now += 3000;
    const next = { ...asked, key: 'k2', signalRequest: 'o2', endsBy: clock.now + 10_000 };
    expect(await code(reconnect(next, deps))).toBe('session_not_reconnectable');
  });

  it('a counter that fails leaves a status poll its older answer', async () => {
    const { clock, poll } = await watched();
    expect((await poll(lookupLimiterOver(hotTable, clock))).status).toBe('CONNECTED');
  });

  it('keeps a part for players who wait for the answer to their start, however many others poll', async () => {
    const clock = { now: 1_800_000_000_000 };
    const region = randomUUID();
    let others = 0;
    // Each in a sandbox of its own.
    for (let i = 0; i < 30; i++) if (await lookupLimiterOver(real.table, clock, region).take(false)) others++;
    expect(others).toBe(15);
    expect(await lookupLimiterOver(real.table, clock, region).take(true)).toBe(true);
  });

  it('a second of polls without end is never asked of AWS more often than the quota and its burst', async () => {
    const clock = { now: 1_800_000_000_000 };
    const region = randomUUID();
    const sandboxes = Array.from({ length: 4 }, () => lookupLimiterOver(real.table, clock, region));
    let asked = 0;
    for (; clock.now < 1_800_000_003_000; clock.now += 10) {
      for (const limiter of sandboxes) if (await limiter.take(false)) asked++;
    }
    expect(asked).toBeGreaterThanOrEqual(60);
    expect(asked).toBeLessThanOrEqual(60 + 15);
  });

  it('shrinks when AWS throttles a lookup although they are counted, and grows back by itself', async () => {
    const clock = { now: 1_800_000_000_000 };
    const limiter = lookupLimiterOver(real.table, clock);
    const inOneSecond = async () => {
      let asked = 0;
      for (const end = clock.now + 1000; clock.now < end; clock.now += 10)
        if (await limiter.take(true)) asked++;
      return asked;
    };
    await inOneSecond();
    for (let i = 0; i < 5; i++) {
      await limiter.slowDown();
      clock.now += 1000;
      await limiter.take(true);
    }
    clock.now += 2000;
    await inOneSecond();
    expect(await inOneSecond()).toBeLessThan(10);
    clock.now += 200_000;
    await inOneSecond();
    expect(await inOneSecond()).toBeGreaterThanOrEqual(19);
  });

  it('is spent once in five seconds on a session that plays undisturbed', async () => {
    const { aws, clock, poll } = await watched();
    aws.get = seenAs({ status: 'CONNECTED' });
    for (let i = 0; i < 12; i++) {
      await poll();
      clock.now += 1000;
    }
    expect(aws.gets).toBe(3);
  });

  it('is spent once a second on a session whose player was just refused as connected, for a minute', async () => {
    const { aws, asked, clock, deps, poll } = await watched();
    aws.get = seenAs({ status: 'CONNECTED' });
    const looks = async (seconds: number) => {
      const before = aws.gets;
      for (let second = 0; second < seconds; second++) {
        clock.now += 1000;
        await poll();
      }
      return aws.gets - before;
    };
    expect(await looks(10)).toBe(2);
    const refused = reconnect(
      { ...asked, endsBy: clock.now + 10_000 },
      { ...deps, lookUpStatus: async () => ({ status: 'CONNECTED' }) },
    );
    expect(await code(refused)).toBe('session_not_reconnectable');
    expect(await looks(10)).toBe(10);
    aws.get = seenAs({ status: 'PENDING_CLIENT_RECONNECTION' });
    clock.now += 1000;
    expect((await poll()).status).toBe('PENDING_CLIENT_RECONNECTION');
    // Nobody asks any more, and AWS sees the connection that came back.
    aws.get = seenAs({ status: 'CONNECTED' });
    await looks(90);
    expect(await looks(10)).toBe(2);
  });

  it('keeps its bounds though players were just refused: a poll beyond it gets the older answer', async () => {
    const { clock, poll, aws } = await watched({
      failureEpisode: { since: 1_800_000_000_000, until: 1_800_000_001_000, refusedAt: 1_800_000_000_000 },
    });
    aws.get = seenAs({ status: 'PENDING_CLIENT_RECONNECTION' });
    expect((await poll({ take: async () => false, slowDown: async () => {} })).status).toBe('CONNECTED');
    clock.now += 1000;
    expect((await poll()).status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('does not heat a full window further: the sandbox remembers that it is full', async () => {
    const counters = tableWindowCounters(real.table);
    const owner = randomUUID();
    for (let i = 0; i < 5; i++) await counters.spend(owner, 'x', 2, 1000, 1_800_000_000_000);
    real.operations.length = 0;
    expect(await counters.spend(owner, 'x', 2, 1000, 1_800_000_000_400)).toBe(600);
    expect(real.operations).toEqual([]);
    expect(await counters.spend(owner, 'x', 2, 1000, 1_800_000_001_000)).toBe(0);
  });
});

describe('no player can raise an alarm at will', () => {
  it('by ending a session at the moment it is set up', async () => {
    const { asked, clock, deps } = await watched({ status: 'ACTIVATING' });
    const outcome = code(
      terminate(
        asked,
        { endsBy: clock.now + 10_000, metrics: newRequestMetrics() },
        {
          ...deps,
          counters: tableWindowCounters(real.table),
          terminateStreamSession: () => Promise.reject(refusal('invalid')),
          lookUpStatus: async () => ({ status: 'ACTIVE' }),
        },
      ),
    );
    expect(await outcome).toBe('session_not_terminable');
  });

  it('by an id that AWS does not accept as one, with adoption on', async () => {
    const { clock, deps } = await watched();
    const key = { playerId: `player-${randomUUID()}`, streamGroupId: 'sg-1', streamSessionId: 'x' };
    const adopted = importSession(key, clock.now + 5000, newRequestMetrics(), {
      ...deps,
      importLimiter: tableImportLimiter(real.table),
      lookupLimiterIn: () => lookupLimiterOver(real.table, clock),
      getStreamSession: () => Promise.reject(refusal('invalid')),
      settings: {
        adoption: { enabled: true, quotaShare: 1 },
        limits: { missesPerMinute: 10 },
        quotas: { GetStreamSession: 20 },
        streamGroups: [{ id: 'sg-1', region: `region-${randomUUID()}` }],
      } as never,
    });
    expect(await adopted).toBeUndefined();
  });
});

it('a function past its deadline does not spend the offer on an attempt that nobody could answer', async () => {
  let arrived = 0;
  const server = createServer((_, response) => {
    arrived++;
    response.end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  process.env.AWS_ENDPOINT_URL_GAMELIFTSTREAMS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const input = {
    Identifier: 'sg-1',
    StreamSessionIdentifier: 's',
    SignalRequest: 'x',
    ClientToken: 'x'.repeat(43),
  };
  const budget = { deadline: -500, now: () => 0, random: () => 0, metrics: newRequestMetrics() };
  await expect(createConnection(REGION, input, budget)).rejects.toMatchObject({
    kind: 'timeout',
    uncertain: false,
  });
  server.close();
  expect(arrived).toBe(0);
});

it('a status lookup that AWS throttles is one call of AWS, not four: the quota is taken already', async () => {
  let arrived = 0;
  const server = createServer((_, response) => {
    arrived++;
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' }).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  process.env.AWS_ENDPOINT_URL_GAMELIFTSTREAMS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const budget = { deadline: 5000, now: () => 0, random: () => 0, metrics: newRequestMetrics() };
  // A Region of its own: the client of each is made once, with the endpoint of then.
  await expect(getStreamSession('eu-central-1', 'sg-1', 's', budget)).rejects.toMatchObject({
    kind: 'throttled',
  });
  server.closeAllConnections();
  server.close();
  expect(arrived).toBe(1);
});
