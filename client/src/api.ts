import { compact } from './compact.ts';
import type { Environment } from './environment.ts';
import { RejoinError } from './error.ts';
import { failure, type Refusal, refusalOf } from './problem.ts';
import type { StreamSession } from './session.ts';
import { TIMED_OUT, within } from './signals.ts';
import { ANSWER_WITHIN_MS, TOKEN_WITHIN_MS } from './timing.ts';

/** One request, made once and repeated as it is: the same bytes under the same key. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly key?: string;
}

/** An answer's JSON (undefined where there is none to read), or why there is no answer. */
export type Answer =
  | { body: unknown; status: number; replayed: boolean; refusal?: undefined }
  | { refusal: Refusal; status?: undefined; replayed?: undefined };

/** Sends one request once; a rejected token is replaced once. */
export type Send = (request: ApiRequest, signal: AbortSignal) => Promise<Answer>;

/** Where the access token comes from, see StreamOptions. */
export type GetAccessToken = (about: {
  rejected?: string;
  signal: AbortSignal;
}) => Promise<string | undefined> | string | undefined;

/** @throws (when sending) RejoinError `signed_out`, or the signal's reason. */
export function createSend(api: string, getAccessToken: GetAccessToken, env: Environment): Send {
  const base = new URL(api).href.replace(/\/+$/, '');

  async function exchange(
    { method, path, body, key }: ApiRequest,
    token: string,
    signal: AbortSignal,
  ): Promise<Answer> {
    const headers = compact({
      authorization: `Bearer ${token}`,
      'content-type': body && 'application/json',
      'idempotency-key': key,
    });
    const init: RequestInit = compact({ method, headers, body, cache: 'no-store', credentials: 'omit' });
    try {
      return await within(ANSWER_WITHIN_MS, signal, env, async (patience) => {
        const response = await env.fetch(base + path, { ...init, signal: patience });
        const said = parsed(await response.text());
        return response.ok
          ? {
              body: said,
              status: response.status,
              replayed: response.headers.get('idempotency-replayed') === 'true',
            }
          : { refusal: refusalOf(response.status, response.headers.get('retry-after'), said) };
      });
    } catch (error) {
      signal.throwIfAborted();
      return { refusal: failure(error === TIMED_OUT ? 'timeout' : 'unreachable') };
    }
  }

  return async (request, signal) => {
    let rejected: string | undefined;
    for (;;) {
      let token: string | undefined;
      try {
        token = await within(TOKEN_WITHIN_MS, signal, env, async (patience) =>
          getAccessToken(compact({ rejected, signal: patience })),
        );
      } catch {
        signal.throwIfAborted();
        return { refusal: failure('token_unavailable') };
      }
      if (!token || token === rejected) throw new RejoinError({ reason: 'signed_out' });
      const answer = await exchange(request, token, signal);
      if (answer.refusal?.status !== 401) return answer;
      if (rejected !== undefined) throw new RejoinError({ reason: 'signed_out' });
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
