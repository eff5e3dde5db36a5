import { createApiClient, type GetAccessToken, routes } from '../../client/src/api-client.ts';
import type { Connection } from '../../client/src/connection.ts';
import { type Granted, requestConnection } from '../../client/src/connection-request.ts';
import type { StreamSession } from '../../client/src/contract.ts';
import { type Environment, environmentOf } from '../../client/src/environment.ts';
import { retryWindowMs } from '../../client/src/reconnect-policy.ts';
import { createRequests } from '../../client/src/requests.ts';
import { createScope } from '../../client/src/scope.ts';
import type { Ended } from '../../client/src/state.ts';
import { START_WITHIN_MS } from '../../client/src/timing.ts';
import type { ConcurrencyLimit } from '../broker/concurrency-limit.ts';
import { newOutcome, type Outcome, STATUS_ANSWER, type StormPlayer } from './crowd.ts';
import { newOffer } from './offer.ts';

/** A player's deployment and token. */
export interface RejoinPlayerOptions {
  api: string;
  streamGroupId: string;
  /**
   * Limits the first requests of all players. Lambda runs a thousand functions side by side. On this machine the first requests would
   * queue for so long that players who come at their ticket's time would be late.
   */
  firstRequests: ConcurrencyLimit;
  token: GetAccessToken;
  /** How requests are sent, and other replacements of the browser. */
  environment: Partial<Environment> & Pick<Environment, 'fetch'>;
}

/** A `fetch` that counts a player's answers. */
interface CountingFetch {
  fetch: Environment['fetch'];
  outcome: Outcome;
}

/**
 * A player that uses the client library's own requests, waits and limits, without a browser's media. Only the offers are made by the
 * bench.
 */
export function rejoinPlayer(options: RejoinPlayerOptions): StormPlayer {
  const { streamGroupId, firstRequests: entrance, environment } = options;
  let session: StreamSession;
  let connectionId: string | undefined;
  return {
    async start() {
      const env = environmentOf(environment);
      const path = routes.start(streamGroupId);
      const result = await requestConnectionAs(options, env, { path, withinMs: START_WITHIN_MS }).result;
      if (result.kind === 'ended') throw new Error(`A session can't be started: ${JSON.stringify(result)}`);
      ({ streamSession: session, connectionId } = result.answer);
      return session.streamSessionId;
    },

    async reconnect({ elapsed }) {
      const { fetch, outcome } = countingFetch(environment.fetch, elapsed);
      const answered = Promise.withResolvers<void>();
      const env = environmentOf({
        ...environment,
        fetch: (url, init) => fetch(url, init).finally(answered.resolve),
      });
      let result: Promise<Granted<undefined> | Ended> | undefined;
      await entrance.run(async () => {
        const lostAt = env.now() - elapsed();
        const withinMs = retryWindowMs(session, lostAt, env.now());
        const path = routes.connections(session);
        const effort = requestConnectionAs(options, env, {
          path,
          withinMs,
          session,
          connectionId,
          silentMs: elapsed,
        });
        ({ result } = effort);
        await Promise.race([answered.promise, result]);
      });
      if ((await result)?.kind === 'granted') outcome.backAt = elapsed();
      return outcome;
    },
  };
}

/** Requests a connection like the client library. Resolves with the grant, or with what ended the attempt. */
function requestConnectionAs(
  { api, token }: RejoinPlayerOptions,
  env: Environment,
  about: {
    path: string;
    withinMs: number;
    session?: StreamSession;
    connectionId?: string | undefined;
    silentMs?: () => number;
  },
): { result: Promise<Granted<undefined> | Ended> } {
  const ended = Promise.withResolvers<Ended>();
  const scope = createScope({
    env,
    emit() {},
    ended: (ending) => ended.resolve({ kind: 'ended', ending }),
  });
  scope.limit(about.withinMs);
  const requests = createRequests(scope, createApiClient(api, token, env).send, () => {});
  const { result } = requestConnection<undefined>({
    scope,
    requests,
    open: openWithoutMedia,
    path: about.path,
    ...(about.session === undefined ? {} : { session: about.session }),
    previousConnectionId: about.connectionId,
    silentMs: about.silentMs,
    api: { isOld: false },
  });
  const first = Promise.race([result, ended.promise]);
  // When the player is back or refused for good, no timer may remain.
  void first.then(() => scope.end({ reason: 'closed' }));
  return { result: first };
}

/** A connection that makes offers and plays no media. */
function openWithoutMedia(): Connection<undefined> {
  return {
    sdk: undefined,
    death: undefined,
    replacing: false,
    offer: async () => ({ kind: 'value', value: newOffer() }),
    play: async () => ({ plays: true }),
    sample: async () => {
      throw new Error('A player of the storm has no statistics to read.');
    },
    nextSampleMs: () => 0,
    close() {},
  };
}

/** Wraps a `fetch`, and counts the answers in an outcome. */
function countingFetch(fetch: Environment['fetch'], elapsed: () => number): CountingFetch {
  const outcome = newOutcome();
  const count = (name: string) => {
    outcome.firstAnswerAt ??= elapsed();
    outcome.answers[name] = (outcome.answers[name] ?? 0) + 1;
  };
  return {
    outcome,
    async fetch(url, init) {
      outcome.httpRequests += 1;
      let response: Response;
      try {
        response = await fetch(url, init);
      } catch (error) {
        count('no answer');
        throw error;
      }
      const { status, ok } = response;
      const { code } = ok
        ? {}
        : ((await response
            .clone()
            .json()
            .catch(() => ({}))) as { code?: string });
      // A granted connection is 201, so 200 is a status.
      count(status === 200 ? STATUS_ANSWER : (code ?? String(status)));
      return response;
    },
  };
}
