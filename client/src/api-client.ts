import { compact } from './compact.ts';
import type { StreamSession } from './contract.ts';
import type { Environment } from './environment.ts';
import { failure, type Refusal, refusalOf } from './problem.ts';
import { outcomeOf } from './signals.ts';
import type { Ended } from './state.ts';
import { ANSWER_WITHIN_MS, MAX_UNREACHABLE, TOKEN_WITHIN_MS } from './timing.ts';

/** One request. It is repeated unchanged: the same bytes under the same key. */
export interface ApiRequest {
  /** GET by default, as `fetch` has it. */
  readonly method?: 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly key?: string;
}

/** The API's answer, or why there is none. */
export type ApiResponse<T> =
  | { readonly kind: 'answer'; readonly value: T; readonly replayed: boolean }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }
  /** There is no access token, or the API accepts none. */
  | Ended;

/** Reads the JSON of an answer; undefined where it has the wrong shape. */
export type Read<T> = (body: unknown) => T | undefined;

/**
 * Sends one request once; a rejected token is replaced once. Never rejects, and never settles once the signal is aborted.
 *
 * @param leaves called when the request is about to leave: there is a token.
 */
export type Send = <T>(
  request: ApiRequest,
  read: Read<T>,
  signal: AbortSignal,
  leaves?: () => void,
) => Promise<ApiResponse<T>>;

/**
 * Posts something once, after everything else and even while the page goes away, and forgets it. It takes the last token: the page is not
 * asked. An API that does not know the route gets no more.
 */
export type Tell = (path: string, body: object) => void;

/** Where the access token comes from, see StreamOptions. */
export type GetAccessToken = (about: {
  rejected?: string;
  signal: AbortSignal;
}) => Promise<string | undefined> | string | undefined;

/** @throws TypeError that names `api` and says what is wrong with it. */
export function createApiClient(
  api: string,
  getAccessToken: GetAccessToken,
  env: Environment,
): { send: Send; tell: Tell } {
  const base = baseOf(api);
  /** The last token that the API refused. */
  let rejected: string | undefined;
  /** How many requests in a row have failed without an answer, and whether there ever was one. */
  let unanswered = 0;
  let wasAnswered = false;
  /** The last token that the page gave. */
  let known: string | undefined;
  /** The API does not know the route of what is told. */
  let isMute = false;

  async function exchange<T>(
    { method, path, body, key }: ApiRequest,
    token: string,
    read: Read<T>,
    signal: AbortSignal,
  ): Promise<ApiResponse<T>> {
    const headers = compact({
      authorization: `Bearer ${token}`,
      'content-type': body && 'application/json',
      'idempotency-key': key,
    });
    const init: RequestInit = compact({ method, headers, body, cache: 'no-store', credentials: 'omit' });
    const outcome = await outcomeOf<ApiResponse<T>>(
      async (taskSignal) => {
        const response = await env.fetch(base + path, { ...init, signal: taskSignal });
        const { ok, status } = response;
        wasAnswered = true;
        unanswered = 0;
        const content = parsed(await response.text());
        const value = ok ? read(content) : undefined;
        if (value !== undefined) {
          return { kind: 'answer', value, replayed: response.headers.get('idempotency-replayed') === 'true' };
        }
        return refused(
          ok
            ? failure('garbled', 'same', status)
            : refusalOf(status, response.headers.get('retry-after'), content),
        );
      },
      { signal, env, ms: ANSWER_WITHIN_MS },
    );
    if (outcome.kind === 'value') return outcome.value;
    if (outcome.kind !== 'error') return refused(failure('timeout'));
    unanswered += 1;
    return refused(failure('unreachable', 'same', 0, unansweredError(outcome.error)));
  }

  /** Browsers don't tell a page why `fetch` failed. */
  function unansweredError(cause: unknown): unknown {
    if (wasAnswered || unanswered < 2 || !env.online()) return cause;
    return new Error(`Blocked by CORS? ${base} has never answered: does it allow the origin of this page?`, {
      cause,
    });
  }

  const send: Send = async (request, read, signal, leaves) => {
    let stale: string | undefined;
    for (let last: ApiResponse<never> | undefined; ; ) {
      const limits = { signal, env, ms: TOKEN_WITHIN_MS };
      const about = (unwanted: AbortSignal) => compact({ rejected: stale, signal: unwanted });
      const outcome = await outcomeOf((unwanted) => getAccessToken(about(unwanted)), limits);
      if (outcome.kind !== 'value') {
        const error = outcome.kind === 'error' ? outcome.error : undefined;
        return refused(failure('token_unavailable', 'same', 0, error));
      }
      const token = outcome.value;
      known = token;
      if (!token) return signedOut(last ? 401 : 0);
      if (unanswered === MAX_UNREACHABLE && !stale && env.online()) {
        // The API may have refused this token without CORS headers. One fresh token is requested: the next failure does not ask again.
        unanswered += 1;
        stale = token;
        continue;
      }
      const isOver = isExpired(token, env.now());
      if (!last || token !== stale) {
        if (!last) leaves?.();
        const response = await exchange(request, token, read, signal);
        if (response.kind !== 'refusal' || response.refusal.status !== 401) return response;
        // Refused before, it is exchanged for another one only where it can't become good any more.
        const asksAgain = !last && (token !== rejected || isOver);
        rejected = token;
        last = refused({ ...response.refusal, retry: 'same' });
        stale = token;
        if (asksAgain) continue;
      }
      // The issuer may be out of reach for API Gateway, or its clock ahead: that passes.
      return isOver ? signedOut(401) : last;
    }
  };

  async function tell(path: string, body: object): Promise<void> {
    if (isMute) return;
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${known}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      keepalive: true,
      priority: 'low' as const,
    };
    const response = await env.fetch(base + path, init).catch(() => undefined);
    isMute = response?.status === 404;
  }

  return { send, tell };
}

/** The base URL without a slash at its end. @throws TypeError that names `api` and says what is wrong with it. */
export function baseOf(api: string): string {
  const wrong = (what: string) => new TypeError(`api: ${JSON.stringify(api)} ${what}`);
  let url: URL;
  try {
    url = new URL(api);
  } catch {
    throw wrong('is no absolute URL: write https:// and the host');
  }
  if (!/^https?:$/.test(url.protocol)) throw wrong('begins with no http:// or https://');
  const base = url.href.replace(/\/+$/, '');
  if (base.endsWith('/v1')) throw wrong('ends in /v1: leave that out');
  return base;
}

const signedOut = (status: number): Ended => ({ kind: 'ended', ending: { reason: 'signed_out', status } });

/** Whether a JWT has expired by its own `exp`. What can't be read counts as expired. */
function isExpired(token: string, now: number): boolean {
  const claims = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  try {
    return !(JSON.parse(atob(claims)).exp * 1000 > now);
  } catch {
    return true;
  }
}

/** The routes of the player API. */
export const routes = {
  mine: '/v1/streamsessions',
  start: (streamGroupId: string) => `/v1/streamgroups/${encodeURIComponent(streamGroupId)}/streamsessions`,
  session: ({ streamGroupId, streamSessionId }: StreamSession) =>
    `${routes.start(streamGroupId)}/${encodeURIComponent(streamSessionId)}`,
  connections: (session: StreamSession) => `${routes.session(session)}/connections`,
};

const refused = (refusal: Refusal) => ({ kind: 'refusal', refusal }) as const;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
