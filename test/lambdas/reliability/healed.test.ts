import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { countAnswer, publish } from '../../../lambdas/observability/metrics.ts';
import { newRequestMetrics, type RequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import type { Problem } from '../../../lambdas/problems/problems.ts';
import type { ReconnectRequest } from '../../../lambdas/routes/reconnect/dependencies.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { type Counting, playerAlarms } from '../../campaign/alarms.ts';
import { code, type FakeAws, ownSession, reconnectWith, refusal, sharedTable } from '../broker.ts';

// Development mode writes metrics by the console there is, so that a test can read them.
vi.hoisted(() => {
  process.env.POWERTOOLS_DEV = 'true';
  process.env.POWERTOOLS_METRICS_DISABLED = 'false';
  process.env.POWERTOOLS_METRICS_NAMESPACE = 'Rejoin';
  process.env.POWERTOOLS_SERVICE_NAME = 'rejoin';
});

const real = sharedTable();
afterEach(() => {
  vi.restoreAllMocks();
});

const newOffer = () => ({ signalRequest: `offer-${randomUUID()}`, key: randomUUID() });

/** A player whose network goes dark now and then, over AWS as the test wants it. */
async function player() {
  const aws: FakeAws = { connect: async () => 'answer', seen: undefined, tokens: [] };
  const { deps, clock } = reconnectWith(real.table, aws);
  const asked = { ...(await ownSession(deps)), previousConnectionId: 'c0' };
  /** The metrics of the newest request. */
  const last = { metrics: newRequestMetrics() };
  const ask = async (changes: Partial<ReconnectRequest>) => {
    last.metrics = newRequestMetrics();
    const metrics = last.metrics;
    return reconnect({ ...asked, ...newOffer(), endsBy: clock.now + 10_000, metrics, ...changes }, deps);
  };
  const connect = async (changes: Partial<ReconnectRequest>): Promise<string> =>
    JSON.parse((await ask(changes)).body).connectionId;
  return { aws, asked, ask, connect, clock, deps, last };
}

describe('a page whose old connection came back by itself', () => {
  it('is let in by the connection that it plays, though another was made since and never used', async () => {
    const { connect, ask } = await player();
    const playing = await connect({ silentMs: 2000 });
    const unused = await connect({ previousConnectionId: playing, silentMs: 2000 });
    expect(unused).not.toBe(playing);
    const next = await connect({ previousConnectionId: playing, silentMs: 2000 });
    expect(await code(ask({ previousConnectionId: next, silentMs: 2000 }))).toBe('none');
    // The history is one device's: what it never held is refused as before.
    expect(await code(ask({ previousConnectionId: 'c-other', silentMs: 2000 }))).toBe('taken_over');
  });

  it('is let in by the connection that it plays, however many were made since and never used', async () => {
    const { connect, clock } = await player();
    const playing = await connect({ silentMs: 2000 });
    for (let blackout = 0; blackout < 20; blackout++) {
      clock.now += 60_000;
      await connect({ previousConnectionId: playing, silentMs: 2000 });
    }
  });

  it('has no unstable connection: the answer was never applied', async () => {
    const { connect, clock, last } = await player();
    const playing = await connect({ silentMs: 2000 });
    clock.now += 60_000;
    const unused = await connect({ previousConnectionId: playing, silentMs: 2000 });
    clock.now += 20_000;
    await connect({ previousConnectionId: playing, silentMs: 2000 });
    expect(last.metrics.unstableConnection).toBe('none');
    // The client of this repository names the newest that it knows, whatever it plays; it has seen the stream until 2 s ago.
    clock.now += 60_000;
    const newest = await connect({ previousConnectionId: playing, silentMs: 2000 });
    clock.now += 20_000;
    await connect({ previousConnectionId: newest, silentMs: 2000 });
    expect(last.metrics.unstableConnection).toBe('none');
    // A page that did apply the answer has one.
    clock.now += 60_000;
    const applied = await connect({ previousConnectionId: unused, silentMs: 2000 });
    clock.now += 20_000;
    await connect({ previousConnectionId: applied, silentMs: 22_000 });
    expect(last.metrics.unstableConnection).toBe('counted');
  });
});

/** Ten blackouts in ten minutes of each of some players. @param heals whether the stream comes back after each */
async function badNetwork(players: number, heals: boolean): Promise<Counting[]> {
  const counted: Counting[] = [];
  for (let each = 0; each < players; each++) {
    const { aws, ask, clock, last } = await player();
    aws.connect = () => Promise.reject(refusal('conflict'));
    aws.seen = { status: 'CONNECTED' };
    const beganAt = clock.now;
    for (let blackout = 0; blackout < 10; blackout++) {
      const darkAt = beganAt + blackout * 60_000;
      for (const silentMs of [2000, 7000, 12_000]) {
        clock.now = darkAt + silentMs;
        const since = heals ? darkAt : beganAt;
        const problem: Problem = await ask({ silentMs: clock.now - since }).then(
          () => expect.unreachable(),
          (error) => error,
        );
        counted.push(...metricsOf(problem, clock.now, last.metrics));
      }
    }
  }
  return counted;
}

/** What an answer sends to CloudWatch. */
function metricsOf(
  { code: outcome, sliOutcome = 'excluded' }: Problem,
  endedAt: number,
  metrics: RequestMetrics,
): Counting[] {
  const lines: string[] = [];
  for (const method of ['log', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(line));
  }
  countAnswer('reconnect', { outcome, sliOutcome, replayed: false, milliseconds: 100 }, metrics);
  publish();
  vi.restoreAllMocks();
  const values = lines.flatMap((line) => {
    const { _aws, outcome: by, ...fields } = JSON.parse(line);
    return _aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => ({
      name: Name,
      value: fields[Name],
      outcome: by,
    }));
  });
  return [{ request: { route: 'reconnect' }, endedAt, counted: values }];
}

describe('ten blackouts in ten minutes, each refused while AWS still sees the connection', () => {
  it('raise no alarm where each healed, and raise one where the stream never came back', async () => {
    const alarms = playerAlarms({ every: true });
    expect(alarms.ringing(await badNetwork(3, true))).toEqual([]);
    expect(alarms.ringing(await badNetwork(3, false))).toEqual(['NobodyGetsBack']);
  });
});

describe('how long the page has seen nothing', () => {
  it("is no part of the request's identity: the same request with another figure is answered with the same bytes", async () => {
    const { ask, aws } = await player();
    const request = { ...newOffer(), silentMs: 2000 };
    const { body } = await ask(request);
    for (const silentMs of [undefined, 0, 3_600_000]) {
      expect(await ask({ ...request, silentMs })).toEqual({ body, replayed: true });
    }
    expect(aws.tokens).toHaveLength(1);
  });

  it('lets nobody in: a device that was overtaken stays out', async () => {
    const { ask } = await player();
    await ask({ previousConnectionId: undefined });
    for (const silentMs of [undefined, 0, 2000, 3_600_000]) {
      expect(await code(ask({ silentMs }))).toBe('taken_over');
    }
  });
});

describe('how long AWS took to notice a loss', () => {
  it('is measured where a status lookup has seen it and the page says when the loss began, and forgotten then', async () => {
    const { ask, asked, deps, clock, last } = await player();
    const noticed = { status: 'PENDING_CLIENT_RECONNECTION', statusAt: clock.now } as const;
    const noticedAt = clock.now - 5000;
    await deps.sessions.writeStatus(asked, { ...noticed, statusSince: clock.now, noticedAt });
    await ask({ silentMs: 20_000 });
    expect(last.metrics.noticeMs).toBe(15_000);
    expect(await deps.sessions.read(asked)).not.toHaveProperty('noticedAt');
  });

  it('is measured by the status lookup of a refused call, without another call', async () => {
    const { ask, aws, clock, last } = await player();
    aws.seen = { status: 'PENDING_CLIENT_RECONNECTION', lastUpdatedAt: clock.now - 500 };
    aws.connect = async () => {
      if (aws.tokens.length === 1) throw refusal('conflict');
      return 'answer';
    };
    await ask({ silentMs: 3000 });
    expect(last.metrics.noticeMs).toBe(2500);
  });

  it.each<[string, number, number | undefined]>([
    ['of a page that does not say', 5000, undefined],
    ['of a loss that began after the last update', 5000, 3000],
    ['of an update that cannot be about this loss', 700_000, 1_500_000],
  ])('is not measured %s', async (_, updatedAgoMs, silentMs) => {
    const { ask, asked, deps, clock, last } = await player();
    const seen = { status: 'PENDING_CLIENT_RECONNECTION', statusAt: clock.now } as const;
    await deps.sessions.writeStatus(asked, { ...seen, noticedAt: clock.now - updatedAgoMs });
    await ask({ silentMs });
    expect(last.metrics.noticeMs).toBeUndefined();
  });

  it('is not measured by a repeated request, which says how long the silence was at its first time', async () => {
    const { ask, aws, asked, deps, clock, last } = await player();
    const works = aws.connect;
    aws.connect = () => Promise.reject(refusal('conflict'));
    aws.seen = { status: 'CONNECTED' };
    const request = { ...newOffer(), silentMs: 8000 };
    expect(await code(ask(request))).toBe('session_not_reconnectable');
    clock.now += 5000;
    const seen = { status: 'PENDING_CLIENT_RECONNECTION', statusAt: clock.now } as const;
    await deps.sessions.writeStatus(asked, { ...seen, noticedAt: clock.now });
    aws.connect = works;
    await ask(request);
    expect(last.metrics.noticeMs).toBeUndefined();
  });
});
