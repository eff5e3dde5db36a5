import { describe, expect, test, vi } from 'vitest';
import { createApi, type StreamSession } from '../../../local/console/page/api.ts';

const session = { streamGroupId: 'sg-1', streamSessionId: 'ss-1' } as StreamSession;
const offer = { signalRequest: '{"type":"offer"}', idempotencyKey: 'key-1' };
const { signal } = new AbortController();

/** An API whose answers are given, one a request; a function may throw instead. */
function fake(...answers: (() => Response)[]) {
  const accessToken = vi.fn(async (rejected?: string) => (rejected === undefined ? 'token-1' : 'token-2'));
  const sent: Request[] = [];
  const api = createApi({
    api: 'http://127.0.0.1:4401/',
    accessToken,
    fetch: async (input, init) => {
      sent.push(new Request(input as string, init));
      const answer = answers.shift();
      if (answer === undefined) throw new Error('one request too many');
      return answer();
    },
  });
  return { api, sent, accessToken };
}

const json = (status: number, body: unknown) => () => Response.json(body, { status });
const headerOf = (request: Request | undefined, name: string) => request?.headers.get(name);

describe('asking the player API', () => {
  test('a start carries the token, the offer and its key', async () => {
    const { api, sent } = fake(json(201, { streamSession: session }));

    const answer = await api.start('sg-1', 'a-1', offer, signal);

    expect(answer).toEqual({ body: { streamSession: session } });
    expect(sent[0]?.url).toBe('http://127.0.0.1:4401/v1/streamgroups/sg-1/streamsessions');
    expect(headerOf(sent[0], 'authorization')).toBe('Bearer token-1');
    expect(headerOf(sent[0], 'idempotency-key')).toBe('key-1');
    expect(await sent[0]?.json()).toEqual({
      applicationIdentifier: 'a-1',
      signalRequest: offer.signalRequest,
    });
  });

  test('a reconnect names the connection it follows, or none when the player insists', async () => {
    const { api, sent } = fake(json(201, {}), json(201, {}));

    await api.reconnect(session, offer, 'c-1', signal);
    await api.reconnect(session, offer, undefined, signal);

    expect(sent[0]?.url).toBe('http://127.0.0.1:4401/v1/streamgroups/sg-1/streamsessions/ss-1/connections');
    expect(await sent[0]?.json()).toEqual({
      signalRequest: offer.signalRequest,
      previousConnectionId: 'c-1',
    });
    expect(await sent[1]?.json()).toEqual({ signalRequest: offer.signalRequest });
  });

  test('ids go into the path as ids, whatever they hold', async () => {
    const { api, sent } = fake(json(200, {}));

    await api.status({ ...session, streamSessionId: '../../x?y' } as StreamSession, signal);

    expect(sent[0]?.url).toContain('/streamsessions/..%2F..%2Fx%3Fy');
  });

  test('an empty 204 is an answer', async () => {
    const { api } = fake(() => new Response(null, { status: 204 }));

    expect(await api.end(session)).toEqual({ body: undefined });
  });
});

describe('being refused', () => {
  test('an expired token is renewed and the very same request repeated, once', async () => {
    const { api, sent, accessToken } = fake(
      json(401, { message: 'Unauthorized' }),
      json(200, { streamSessions: [] }),
    );

    expect(await api.mine()).toEqual({ body: { streamSessions: [] } });
    expect(accessToken.mock.calls).toEqual([[], ['token-1']]);
    expect(headerOf(sent[1], 'authorization')).toBe('Bearer token-2');
  });

  test('a token that stays refused ends in a sentence, not in a loop', async () => {
    const { api } = fake(json(401, {}), json(401, {}));

    expect(await api.mine()).toMatchObject({ refusal: { code: 'gateway_401', retry: 'never' } });
  });

  test('no answer at all is worth the same request again', async () => {
    const { api } = fake(() => {
      throw new TypeError('Failed to fetch');
    });

    expect(await api.mine()).toMatchObject({ refusal: { code: 'unreachable', retry: 'same', status: 0 } });
  });

  test('an answer that is no JSON is a refusal like any other', async () => {
    const { api } = fake(() => new Response('<html>', { status: 502 }));

    expect(await api.mine()).toMatchObject({ refusal: { code: 'gateway_502', retry: 'same' } });
  });

  test('an aborted request is not taken for an unreachable API', async () => {
    const gone = AbortSignal.abort();
    const { api } = fake(() => {
      throw new TypeError('Failed to fetch');
    });

    await expect(api.status(session, gone)).rejects.toThrow();
  });
});
