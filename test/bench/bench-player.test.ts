import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiClient } from '../../bench/storm/api-client.ts';
import { rejoinPlayer } from '../../bench/storm/rejoin-player.ts';
import { createTurnstile } from '../../bench/storm/turnstile.ts';

interface Sent {
  path: string;
  body: { signalRequest: string; previousConnectionId?: string };
  key: string;
  bearer: string;
}

const started = {
  status: 201,
  body: { streamSession: { streamSessionId: 'session-1' }, connectionId: 'connection-1' },
};
const back = { status: 201, body: { connectionId: 'connection-2' } };
const problem = (status: number, code: string, retry: string, retryAfterMs?: number): ApiAnswer => ({
  status,
  body: { code, retry, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** Lets a player reconnect to an API that gives these answers, one after another; null breaks the connection. */
async function reconnect(answers: (ApiAnswer | null)[], patienceMs = 60_000) {
  const sent: Sent[] = [];
  let now = 0;
  const left = [...answers];
  const api: ApiClient = {
    async post(path, body, by) {
      if (!path.endsWith('/connections')) return started;
      sent.push({ path, body: body as Sent['body'], ...by });
      const answer = left.length > 1 ? left.shift() : left[0];
      if (!answer) throw new Error('connection reset');
      return answer;
    },
    close: () => {},
  };
  const player = rejoinPlayer(api, {
    streamGroupId: 'sg-1',
    entrance: createTurnstile(1),
    token: async () => 'token-1',
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  });
  await player.start();
  const outcome = await player.reconnect({ patienceMs, elapsed: () => now });
  return { sent, outcome };
}

describe('a player of Rejoin', () => {
  it('says who and after which connection, and stops when it is back', async () => {
    const { sent, outcome } = await reconnect([back]);
    expect(sent).toMatchObject([
      {
        path: '/v1/streamgroups/sg-1/streamsessions/session-1/connections',
        body: { previousConnectionId: 'connection-1' },
        bearer: 'token-1',
      },
    ]);
    expect(outcome).toMatchObject({ httpRequests: 1, answers: { 201: 1 }, backAt: expect.any(Number) });
  });

  it('that is to wait repeats exactly its request, so that its turn is its own', async () => {
    const { sent, outcome } = await reconnect([problem(503, 'paced', 'same', 1), back]);
    expect(sent).toHaveLength(2);
    expect(sent[1]).toEqual(sent[0]);
    expect(outcome).toMatchObject({ httpRequests: 2, answers: { paced: 1, 201: 1 } });
  });

  it('that is to wait comes no earlier, and not long after', async () => {
    const { outcome } = await reconnect([problem(503, 'paced', 'same', 30_000), back]);
    expect(outcome.backAt).toBeGreaterThanOrEqual(30_000);
    expect(outcome.backAt).toBeLessThanOrEqual(30_200);
  });

  it('makes a new offer under a new key where it is asked to', async () => {
    const { sent } = await reconnect([problem(409, 'session_not_reconnectable', 'newOffer', 1), back]);
    expect(sent[1]?.key).not.toBe(sent[0]?.key);
    expect(sent[1]?.body.signalRequest).not.toBe(sent[0]?.body.signalRequest);
  });

  it.each([
    ['its session is over', problem(410, 'stream_session_ended', 'never')],
    ['the gateway takes it for a stranger', { status: 401, body: { message: 'Unauthorized' } }],
  ])('gives up when %s', async (_, answer) => {
    const { sent, outcome } = await reconnect([answer]);
    expect(sent).toHaveLength(1);
    expect(outcome.backAt).toBeNull();
  });

  it('tries again by itself what only the network or the gateway refused, and counts it', async () => {
    const busy = { status: 503, body: { message: 'Service Unavailable' } };
    const { sent, outcome } = await reconnect([null, busy, back]);
    expect(sent[2]).toEqual(sent[0]);
    expect(outcome).toMatchObject({ httpRequests: 3, answers: { 'no answer': 1, 503: 1, 201: 1 } });
  });

  it('runs out of patience in the end', async () => {
    const { outcome } = await reconnect([problem(503, 'paced', 'same', 20_000)], 50_000);
    expect(outcome).toMatchObject({ backAt: null, httpRequests: 3 });
  });
});

describe('the entrance', () => {
  it('lets in so many at once and forgets nobody, whether they succeed or fail', async () => {
    const turnstile = createTurnstile(2);
    let inside = 0;
    let most = 0;
    const visits = Array.from({ length: 20 }, (_, at) =>
      turnstile.pass(async () => {
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

  it('is not blocked by one who stays', async () => {
    const turnstile = createTurnstile(1, 1);
    let leave = () => {};
    const staying = turnstile.pass(() => new Promise<void>((left) => (leave = left)));
    await turnstile.pass(async () => {});
    leave();
    await staying;
  });
});
