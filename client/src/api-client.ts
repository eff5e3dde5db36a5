import { compact } from './compact.ts';
import type { Environment } from './environment.ts';
import { failure, type Refusal, refusalOf } from './problem.ts';
import type { StreamSession } from './session.ts';
import { outcomeOf } from './signals.ts';
import type { Ended } from './state.ts';
import { ANSWER_WITHIN_MS, TOKEN_WITHIN_MS } from './timing.ts';

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

/** Sends one request once; a rejected token is replaced once. Never rejects, and never settles once the signal is aborted. */
export type Send = <T>(request: ApiRequest, read: Read<T>, signal: AbortSignal) => Promise<ApiResponse<T>>;

/** Where the access token comes from, see StreamOptions. */
export type GetAccessToken = (about: {
  rejected?: string;
  signal: AbortSignal;
}) => Promise<string | undefined> | string | undefined;

/** @throws TypeError where `api` is no URL. */
export function createApiClient(api: string, getAccessToken: GetAccessToken, env: Environment): Send {
  const base = new URL(api).href.replace(/\/+$/, '');

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
    return refused(failure(outcome.kind === 'timeout' ? 'timeout' : 'unreachable'));
  }

  return async (request, read, signal) => {
    let rejected: string | undefined;
    for (;;) {
      const outcome = await outcomeOf(
        (taskSignal) => getAccessToken(compact({ rejected, signal: taskSignal })),
        {
          signal,
          env,
          ms: TOKEN_WITHIN_MS,
        },
      );
      if (outcome.kind !== 'value') return refused(failure('token_unavailable'));
      const token = outcome.value;
      const response = token && token !== rejected ? await exchange(request, token, read, signal) : undefined;
      const isRejected = response?.kind === 'refusal' && response.refusal.status === 401;
      if (response && !isRejected) return response;
      if (!response || rejected) return { kind: 'ended', ending: { reason: 'signed_out' } };
      rejected = token;
    }
  };
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
