import { describe, expect, it } from 'vitest';
import { concurrencyLimit } from '../../bench/broker/concurrency-limit.ts';
import { rejoinPlayer } from '../../bench/storm/rejoin-player.ts';
import { createVirtualClock } from '../client/virtual-clock.ts';

interface Answer {
  status: number;
  body: object;
}

interface Sent {
  method: string;
  path: string;
  body: { signalRequest?: string; previousConnectionId?: string };
  key: string | undefined;
  bearer: string | undefined;
  at: number;
}

const session = {
  streamGroupId: 'sg-1',
  streamSessionId: 'session-1',
  status: 'CONNECTED',
  createdAt: '2027-01-15T08:00:00.000Z',
  connectionTimeoutSeconds: 120,
};
const granted = (connectionId: string): Answer => ({
  status: 201,
  body: { streamSession: session, signalResponse: 'an answer', connectionId },
});
const back = granted('connection-2');
const seen = (status: string): Answer => ({ status: 200, body: { streamSession: { ...session, status } } });
const problem = (status: number, code: string, retry: string, retryAfterMs?: number): Answer => ({
  status,
  body: { code, retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** Lets a player reconnect to an API that gives these answers, the last one repeatedly; null breaks the connection. */
async function reconnect(...answers: (Answer | null)[]) {
  const sent: Sent[] = [];
  const clock = createVirtualClock();
  const left: (Answer | null | undefined)[] = [granted('connection-1'), ...answers];
  const player = rejoinPlayer({
    api: 'https://api.example',
    streamGroupId: 'sg-1',
    firstRequests: concurrencyLimit(1),
    token: () => 'token-1',
    environment: {
      ...clock,
      random: () => 0.5,
      async fetch(url, { method = 'GET', headers, body }) {
        const given = headers as Record<string, string>;
        const path = new URL(url).pathname;
        const key = given['idempotency-key'];
        const read = JSON.parse(String(body ?? '{}')) as Sent['body'];
        sent.push({ method, path, body: read, key, bearer: given.authorization, at: clock.now() });
        const answer = left.length > 1 ? left.shift() : left[0];
        if (!answer) throw new TypeError('connection reset');
        return new Response(JSON.stringify(answer.body), { status: answer.status });
      },
    },
  });
  const starting = player.start();
  await clock.advance(1000);
  await starting;
  sent.splice(0);
  const lostAt = clock.now();
  const coming = player.reconnect({ patienceMs: 0, elapsed: () => clock.now() - lostAt });
  await clock.advance(200_000);
  return { sent, outcome: await coming, pending: clock.pending() };
}

describe('a player of Rejoin in a storm', () => {
  it('names itself and its last connection, stops when it is back, and leaves no timer behind', async () => {
    const { sent, outcome, pending } = await reconnect(back);
    expect(sent).toMatchObject([
      {
        method: 'POST',
        path: '/v1/streamgroups/sg-1/streamsessions/session-1/connections',
        body: { previousConnectionId: 'connection-1' },
        bearer: 'Bearer token-1',
      },
    ]);
    expect(outcome).toMatchObject({ httpRequests: 1, answers: { 201: 1 }, backAt: expect.any(Number) });
    expect(pending).toBe(0);
  });

  it('that must wait repeats exactly its request, no earlier than the answer says', async () => {
    const { sent, outcome } = await reconnect(problem(503, 'paced', 'same', 30_000), back);
    expect(sent.map(({ body, key }) => [body, key])[1]).toEqual([sent[0]?.body, sent[0]?.key]);
    expect(outcome).toMatchObject({ httpRequests: 2, answers: { paced: 1, 201: 1 } });
    expect(outcome.backAt).toBeGreaterThanOrEqual(30_000);
  });

  it('that AWS still sees polls the status each second and requests again with the same offer once AWS has noticed', async () => {
    const refused = problem(409, 'session_not_reconnectable', 'newOffer', 1000);
    const waits = seen('PENDING_CLIENT_RECONNECTION');
    const { sent, outcome } = await reconnect(refused, seen('CONNECTED'), waits, back);
    expect(sent.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'POST']);
    expect((sent[2]?.at ?? 0) - (sent[1]?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(sent[3]?.body.signalRequest).toBe(sent[0]?.body.signalRequest);
    expect(sent[3]?.key).not.toBe(sent[0]?.key);
    expect(outcome.answers).toEqual({ session_not_reconnectable: 1, status: 2, 201: 1 });
  });

  it.each([
    ['its session is over', problem(410, 'stream_session_ended', 'never')],
    ['the gateway takes it for a stranger', { status: 401, body: { message: 'Unauthorized' } }],
  ])('gives up when %s', async (_, answer) => {
    const { sent, outcome, pending } = await reconnect(answer);
    expect(sent).toHaveLength(1);
    expect(outcome.backAt).toBeNull();
    expect(pending).toBe(0);
  });

  it('repeats and counts requests that only the network or the gateway refused', async () => {
    const busy = { status: 503, body: { message: 'Service Unavailable' } };
    const { outcome } = await reconnect(null, busy, back);
    expect(outcome).toMatchObject({
      httpRequests: 3,
      answers: { 'no answer': 1, 503: 1, 201: 1 },
      backAt: expect.any(Number),
    });
  });

  it('gives up when the session must be over, however long the wait is', async () => {
    const { outcome, pending } = await reconnect(problem(503, 'paced', 'same', 20_000));
    expect(outcome.backAt).toBeNull();
    expect(outcome.httpRequests).toBeGreaterThan(2);
    expect(pending).toBe(0);
  });
});

describe('the concurrency limit', () => {
  it('runs so many tasks at once and every one of them, whether they succeed or fail', async () => {
    const limit = concurrencyLimit(2);
    let inside = 0;
    let most = 0;
    const visits = Array.from({ length: 20 }, (_, at) =>
      limit.run(async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise(setImmediate);
        inside -= 1;
        if (at % 3 === 0) throw new Error('stumbled');
        return at;
      }),
    );
    const ended = await Promise.allSettled(visits);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(13);
    expect(most).toBe(2);
  });

  it('is not blocked by a task that takes too long', async () => {
    const limit = concurrencyLimit(1, 1);
    let leave = () => {};
    const staying = limit.run(() => new Promise<void>((left) => (leave = left)));
    await limit.run(async () => {});
    leave();
    await staying;
  });
});
