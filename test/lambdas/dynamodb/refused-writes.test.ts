import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableLookupLimiter } from '../../../lambdas/admission/lookup-limiter.ts';
import type { AwsStreamSession } from '../../../lambdas/gameliftstreams/calls.ts';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { status } from '../../../lambdas/routes/status/status.ts';
import { importSession } from '../../../lambdas/sessions/import-session.ts';
import { code, type FakeAws, ownSession, realTable, reconnectWith, startRequest, told } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const WAYS = [
  { way: 'from a table that returns the item of a failed condition', returnsItem: true },
  { way: 'from a table that does not, such as some stand-ins of DynamoDB', returnsItem: false },
];

describe.each(WAYS)('a refused write $way', ({ returnsItem }) => {
  let real: Awaited<ReturnType<typeof realTable>>;
  beforeAll(async () => {
    real = await realTable(() => returnsItem);
  });
  afterAll(() => real.close());
  beforeEach(() => {
    real.operations.length = 0;
  });

  /** The operations since the last time. */
  const operations = () => real.operations.splice(0);
  /** What a refusal costs where the item tells why. */
  const refused = (...after: string[]) => ['update', ...(returnsItem ? [] : after)];

  function broker(connect: FakeAws['connect'] = async () => 'answer') {
    const aws: FakeAws = { connect, seen: undefined, tokens: [] };
    return { aws, ...reconnectWith(real.table, aws) };
  }

  it('repeats the answer of a reconnect that was answered before', async () => {
    const { deps, aws } = broker();
    const asked = await ownSession(deps);
    const { body } = await reconnect(asked, deps);
    operations();
    expect(await reconnect(asked, deps)).toEqual({ body, replayed: true });
    expect([operations(), aws.tokens.length]).toEqual([refused('get'), 1]);
  });

  it('tells a second device to wait while a connection is under way', async () => {
    const { deps, aws } = broker(async () => {
      operations();
      const second = { ...asked, key: 'k2', signalRequest: 'o2' };
      expect(await code(reconnect(second, deps))).toBe('connection_in_progress');
      expect(operations()).toEqual(refused('get'));
      return 'answer';
    });
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, deps))).toBe('none');
    expect(aws.tokens).toHaveLength(1);
  });

  it('tells a player over the rate limit when to come again', async () => {
    const { deps, clock } = broker();
    const asked = await ownSession(deps, { nextFreeAt: clock.now + 120_000 });
    operations();
    expect(await told(reconnect(asked, deps))).toEqual({ code: 'too_many_requests', retryAfterMs: 62_000 });
    expect(operations()).toEqual(refused('get'));
  });

  it('keeps another player’s session and an unknown one alike: the same refusal, the same operations', async () => {
    const { deps } = broker();
    const theirs = await ownSession(deps);
    const answers: unknown[] = [];
    for (const streamSessionId of [theirs.streamSessionId, 'no-such-session']) {
      operations();
      const asked = { ...theirs, playerId: 'somebody-else', streamSessionId };
      answers.push([await told(reconnect(asked, deps)), operations()]);
    }
    expect(answers[0]).toEqual(answers[1]);
    // No item is no answer: the table may be one that never returns any.
    expect(answers[0]).toEqual([{ code: 'stream_session_not_found' }, ['update', 'get']]);
  });

  it('withholds an answer that came so late that a newer request has the lease', async () => {
    const { deps, clock } = broker();
    let calls = 0;
    const slow: typeof deps = {
      ...deps,
      async createConnection() {
        if (calls++ > 0) return 'answer';
        clock.now = asked.endsBy + 501;
        await reconnect({ ...asked, key: 'k2', signalRequest: 'o2', endsBy: clock.now + 10_000 }, slow);
        operations();
        return 'late answer';
      },
    };
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, slow))).toBe('connection_in_progress');
    expect(operations()).toEqual(refused('get'));
  });

  it('gives the answer whose write was repeated by the SDK, and found its own first effect', async () => {
    const { deps } = broker();
    const asked = await ownSession(deps);
    const { releaseLease } = deps.sessions;
    // As the SDK does after a lost answer.
    const twice: typeof releaseLease = async (...args) => {
      await releaseLease(...args);
      operations();
      return releaseLease(...args);
    };
    const sessions = { ...deps.sessions, releaseLease: twice };
    expect(await code(reconnect(asked, { ...deps, sessions }))).toBe('none');
    expect(operations()).toEqual(refused('get'));
  });

  it('lets one of two starts at once reserve the slot, and tells the other to wait', async () => {
    const clock = { now: 1_800_000_000_000 };
    const asksAws = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<string>();
    let sessions = 0;
    const deps = startWith(real.table, clock, async () => {
      asksAws.resolve();
      return ++sessions === 1 ? answer.promise : randomUUID();
    });
    const asked = startRequest();
    let first: Promise<string> | undefined;
    const meeting: typeof deps.slots.write = async (...args) => {
      if (!first) {
        first = code(start(startRequest({ playerId: asked.playerId }), deps));
        await asksAws.promise;
        operations();
      }
      return deps.slots.write(...args);
    };
    const second = start(asked, { ...deps, slots: { ...deps.slots, write: meeting } });
    expect(await code(second)).toBe('connection_in_progress');
    expect(operations()).toEqual(refused('query'));
    answer.resolve(randomUUID());
    expect([await first, sessions]).toEqual(['none', 1]);
  });

  it('leaves a status that is newer than the one just looked up, and answers with it', async () => {
    const { deps, clock } = broker();
    const asked = await ownSession(deps);
    const limiter = tableLookupLimiter(real.table, { region: randomUUID(), quota: 20 }, () => clock.now);
    const seen = async () => {
      await deps.sessions.writeStatus(asked, { status: 'TERMINATING', statusAt: clock.now + 300 });
      operations();
      return { status: 'CONNECTED' } as AwsStreamSession;
    };
    const of = { endsBy: clock.now + 6000, metrics: newRequestMetrics() };
    const polling = { ...deps, lookupLimiterIn: () => limiter, getStreamSession: seen };
    expect((await status(asked, 'us-west-2', of, polling)).status).toBe('TERMINATING');
    expect(operations()).toEqual(refused('get'));
  });

  it('imports a session once, and gives both of two requests at once the same record', async () => {
    const { deps, clock } = broker();
    const key = { playerId: `player-${randomUUID()}`, streamGroupId: 'sg-1', streamSessionId: randomUUID() };
    const limiter = tableLookupLimiter(real.table, { region: randomUUID(), quota: 20 }, () => clock.now);
    const importing = (getStreamSession: () => Promise<AwsStreamSession>) => {
      const stream = {
        id: 'sg-1',
        region: randomUUID(),
        connectionTimeoutSeconds: 120,
        sessionLengthSeconds: 60,
      };
      const settings = {
        adoption: { enabled: true, quotaShare: 0.5 },
        limits: { missesPerMinute: 10 },
        quotas: { GetStreamSession: 20 },
        streamGroups: [stream],
      } as never;
      return importSession(key, clock.now + 5000, newRequestMetrics(), {
        ...deps,
        settings,
        getStreamSession,
        lookupLimiterIn: () => limiter,
        importLimiter: tableImportLimiter(real.table),
      });
    };
    const seen = { userId: key.playerId, status: 'CONNECTED' } as AwsStreamSession;
    const second = await importing(async () => {
      const first = await importing(async () => seen);
      expect(first).toEqual(await deps.sessions.read(key));
      clock.now += 100;
      operations();
      return seen;
    });
    expect(second).toEqual(await deps.sessions.read(key));
    expect(second?.statusAt).toBe(clock.now - 100);
    expect(operations()).toEqual(['putNew', ...(returnsItem ? [] : ['get']), 'get']);
  });
});
