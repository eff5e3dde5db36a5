import { type Refusal, refusalOf, unreachable } from './problem.ts';

/** A stream session as the player API shows it; times are ISO strings. */
export interface StreamSession {
  streamGroupId: string;
  streamSessionId: string;
  status: string;
  statusReason?: string;
  location?: string;
  createdAt: string;
  /** How long the session waits for a player who has dropped. */
  connectionTimeoutSeconds: number;
  endsAt?: string;
}

/** What start, status and reconnect have in common. */
export interface SessionAnswer {
  streamSession: StreamSession;
  signalResponse?: string;
  connectionId?: string;
}

/** An answer, or the reason why there is none. */
export type Answer<Body> = { body: Body } | { refusal: Refusal };

/** One offer with the key under which it may be repeated. */
export interface Offer {
  signalRequest: string;
  idempotencyKey: string;
}

interface Options {
  /** Base URL of the player API. */
  api: string;
  /** A valid access token; `rejected` is one that the API has just refused. */
  accessToken(rejected?: string): Promise<string>;
  fetch?: typeof fetch;
}

/** The player API, one method a route. A refusal is a value; only an aborted signal and a lost sign-in throw. */
export function createApi({ api, accessToken, fetch = globalThis.fetch }: Options) {
  const base = api.replace(/\/+$/, '');

  async function send(token: string, method: string, path: string, { body, offer, signal }: Extra) {
    const headers: Record<string, string> = { authorization: `Bearer ${token}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (offer !== undefined) headers['idempotency-key'] = offer.idempotencyKey;
    return fetch(`${base}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async function call<Body>(method: string, path: string, extra: Extra = {}): Promise<Answer<Body>> {
    const token = await accessToken();
    try {
      let response = await send(token, method, path, extra);
      if (response.status === 401) response = await send(await accessToken(token), method, path, extra);
      const text = await response.text();
      const body: unknown = text === '' ? undefined : parsed(text);
      return response.ok
        ? { body: body as Body }
        : { refusal: refusalOf(response.status, response.headers, body) };
    } catch (error) {
      // A failed fetch is a TypeError in every browser, whatever failed; all else is ours to see.
      if (!(error instanceof TypeError) || extra.signal?.aborted) throw error;
      return { refusal: unreachable() };
    }
  }

  const group = (id: string) => `/v1/streamgroups/${encodeURIComponent(id)}/streamsessions`;
  const session = ({ streamGroupId, streamSessionId }: StreamSession) =>
    `${group(streamGroupId)}/${encodeURIComponent(streamSessionId)}`;

  return {
    start: (streamGroupId: string, applicationIdentifier: string, offer: Offer, signal: AbortSignal) =>
      call<SessionAnswer>('POST', group(streamGroupId), {
        body: { applicationIdentifier, signalRequest: offer.signalRequest },
        offer,
        signal,
      }),
    status: (of: StreamSession, signal: AbortSignal) => call<SessionAnswer>('GET', session(of), { signal }),
    mine: () => call<{ streamSessions: StreamSession[] }>('GET', '/v1/streamsessions'),
    reconnect: (
      of: StreamSession,
      offer: Offer,
      previousConnectionId: string | undefined,
      signal: AbortSignal,
    ) =>
      call<SessionAnswer>('POST', `${session(of)}/connections`, {
        body: {
          signalRequest: offer.signalRequest,
          ...(previousConnectionId === undefined ? {} : { previousConnectionId }),
        },
        offer,
        signal,
      }),
    end: (of: StreamSession) => call<undefined>('DELETE', session(of)),
  };
}

interface Extra {
  body?: unknown;
  offer?: Offer;
  signal?: AbortSignal;
}

/** The routes, for whoever drives them. */
export type Api = ReturnType<typeof createApi>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
