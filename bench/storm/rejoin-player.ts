import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiAnswer, ApiClient } from './api-client.ts';
import type { Outcome, StormClock, StormPlayer } from './crowd.ts';
import { fullJitter, newOffer } from './offer.ts';
import type { Turnstile } from './turnstile.ts';

/** A wait that the server gave is kept, then spread a little, so that equal waits do not end together. */
const SPREAD_MS = 200;

/** Where nobody gave a wait: what API Gateway answers by itself, and lost connections. */
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 20_000;
/** How long a start is repeated: longer than the lease that a function which died leaves behind. */
const START_PATIENCE_MS = 60_000;

/** Where and as whom a player plays. */
export interface RejoinPlayerOptions {
  streamGroupId: string;
  /**
   * All players' first requests in a storm pass here. Lambda runs a thousand functions side by side; this machine
   * would have the first requests stand in a line so long that players who come when they were told would be late.
   */
  entrance: Turnstile;
  /** Resolves to the player's access token. */
  token: () => Promise<string>;
  /** @param milliseconds default: real ones */
  sleep?: (milliseconds: number) => Promise<unknown>;
}

/**
 * A player of Rejoin's API, as a plain HTTP client that reads docs/protocol.md would behave: it repeats a request with the
 * same key, waits as long as it is told, and makes a new offer where it is asked to.
 */
export function rejoinPlayer(
  api: ApiClient,
  { streamGroupId, entrance, token, sleep = delay }: RejoinPlayerOptions,
): StormPlayer {
  const sessionsPath = `/v1/streamgroups/${streamGroupId}/streamsessions`;
  let bearer = '';
  let streamSessionId = '';
  let previousConnectionId: string | undefined;
  return { start, reconnect };

  async function start(): Promise<string> {
    bearer = await token();
    const body = { signalRequest: newOffer() };
    const key = randomUUID();
    let waited = 0;
    for (let failures = 1; ; failures++) {
      const answer = await api.post(sessionsPath, body, { bearer, key }).catch(() => undefined);
      if (answer?.status === 201) {
        streamSessionId = answer.body.streamSession.streamSessionId;
        previousConnectionId = answer.body.connectionId;
        return streamSessionId;
      }
      if (waited > START_PATIENCE_MS)
        throw new Error(`A session can't be started: ${JSON.stringify(answer?.body)}`);
      const wait = waitOf(answer, failures);
      waited += wait;
      await sleep(wait);
    }
  }

  async function reconnect({ elapsed, patienceMs }: StormClock): Promise<Outcome> {
    const outcome: Outcome = {
      backAt: null,
      firstAnswerAt: null,
      httpRequests: 0,
      servedMs: 0,
      answers: {},
    };
    let signalRequest = newOffer();
    let key = randomUUID();
    // Failures in a row that came without a wait.
    let failures = 0;
    while (elapsed() < patienceMs) {
      const ask = () =>
        api
          .post(
            `${sessionsPath}/${streamSessionId}/connections`,
            { signalRequest, previousConnectionId },
            { bearer, key },
          )
          .catch(() => undefined);
      const answer = await (outcome.httpRequests === 0 ? entrance.pass(ask) : ask());
      outcome.httpRequests += 1;
      outcome.firstAnswerAt ??= elapsed();
      const name = answer ? (answer.body.code ?? String(answer.status)) : 'no answer';
      outcome.answers[name] = (outcome.answers[name] ?? 0) + 1;
      if (answer?.status === 201) return { ...outcome, backAt: elapsed() };
      if (!mayRepeat(answer)) return outcome;
      if (answer?.body.retry === 'newOffer') {
        signalRequest = newOffer();
        key = randomUUID();
      }
      failures = answer?.body.retryAfterMs === undefined ? failures + 1 : 0;
      await sleep(waitOf(answer, failures));
    }
    return outcome;
  }
}

/** What docs/protocol.md says of each answer; no answer at all may have been anything. */
function mayRepeat(answer: ApiAnswer | undefined): boolean {
  if (!answer) return true;
  if (answer.body.retry !== undefined) return answer.body.retry !== 'never';
  return answer.status === 429 || answer.status >= 500;
}

function waitOf(answer: ApiAnswer | undefined, failures: number): number {
  const told = answer?.body.retryAfterMs;
  return told === undefined
    ? fullJitter(failures, BACKOFF_BASE_MS, BACKOFF_CAP_MS)
    : told + Math.random() * SPREAD_MS;
}
