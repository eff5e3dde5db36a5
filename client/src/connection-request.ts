import { type ApiRequest, routes } from './api-client.ts';
import type { Connection } from './connection.ts';
import type { Loss, StartRequest, StreamSession } from './contract.ts';
import { errorOf } from './error.ts';
import { type Code, failure, isApiCode, type Refusal } from './problem.ts';
import { firstWaitMs } from './reconnect-policy.ts';
import type { Requests } from './requests.ts';
import type { Scope } from './scope.ts';
import { type GrantedAnswer, isReconnectable, readGranted, readSession } from './session.ts';
import { outcomeOf, sleep } from './signals.ts';
import type { Ended } from './state.ts';
import {
  FINAL_CHECK_MS,
  MAX_REPORTED_SILENCE_MS,
  MAX_RETRY_AFTER_MS,
  MAX_SDK_FAILURES,
  OFFER_LIFETIME_MS,
  OFFER_WITHIN_MS,
  POLL_MS,
  REQUEST_AGAIN_MS,
} from './timing.ts';

/** What a stream has found out about its API. */
export interface ApiVersion {
  /** It refuses `silentMs`, as the first versions did. */
  isOld: boolean;
}

/** What a request for a connection needs. */
export interface ConnectionRequestParts<Sdk> {
  scope: Scope;
  requests: Requests;
  /** Opens a connection to make an offer with. */
  open(attempt: number, why?: Loss | Code): Connection<Sdk>;
  /** The request's path, and what it sends besides the offer. */
  path: string;
  more?: StartRequest;
  /** The session to reconnect to. Absent where one is started. */
  session?: StreamSession;
  /** The newest connection that this object knows. Without one the player insists. */
  previousConnectionId?: string | undefined;
  /** After a loss: for how long nothing has arrived, in milliseconds. The first request then waits a little. */
  silentMs?: (() => number) | undefined;
  /** After a loss: what it was. */
  why?: Loss | undefined;
  /** The refusal whose wait comes before the first request. */
  after?: Refusal | undefined;
  api: ApiVersion;
  /** The API says that AWS still sees the old connection. */
  stillConnected?: () => void;
}

/** A connection that the API has granted, and the answer to its offer. */
export interface Granted<Sdk> {
  readonly kind: 'granted';
  readonly connection: Connection<Sdk>;
  readonly answer: GrantedAnswer;
  readonly replayed: boolean;
  /** The request and its answer were so fast that the network was not dark meanwhile. */
  readonly promptly: boolean;
}

/** A running request for one connection. */
export interface ConnectionRequest<Sdk> {
  /** The grant, or why there is none. */
  readonly result: Promise<Granted<Sdk> | Ended>;
  /** The old connection plays again: drops the offer, unless a request may have used it. */
  dropUnused(): void;
  /** Closes the connection that made the offer, unless it was granted. */
  close(): void;
}

/** Refusals that leave open whether an earlier copy of the request took effect. */
const AMBIGUOUS: readonly string[] = ['connection_in_progress', 'upstream_unavailable', 'upstream_timeout'];

/** Sends requests until one is granted or none can be. One offer serves as many requests as possible. */
export function requestConnection<Sdk>(parts: ConnectionRequestParts<Sdk>): ConnectionRequest<Sdk> {
  const { scope, requests, session, api } = parts;
  const { env } = scope;
  const limits = { env, signal: requests.signal };
  /** The connection that waits for an answer, and its offer. */
  let candidate: { connection: Connection<Sdk>; offer: string; madeAt: number; network: number } | undefined;
  /** The request, repeated unchanged; undefined where a new one is due. */
  let request: ApiRequest | undefined;
  /** The connection that is making an offer. */
  let offering: Connection<Sdk> | undefined;
  /** What the last one failed with. */
  let failedWith: Code | undefined = parts.after?.code;
  /** A request with the candidate's offer may have taken effect. */
  let mayBeUsed = false;

  function drop(): void {
    offering?.close();
    candidate?.connection.close();
    offering = candidate = request = undefined;
    mayBeUsed = false;
  }

  /** Whether the offer is useless: its connection died, it names addresses of a network that is gone, or it is old. */
  function isOutdated(): boolean {
    if (!candidate || !session) return false;
    const { connection, offer, madeAt, network } = candidate;
    const moved = network !== requests.network && offer.includes('a=candidate');
    const isOld = !request && env.now() - madeAt >= OFFER_LIFETIME_MS;
    return !!connection.death || moved || isOld;
  }

  /** Makes an offer on a connection of its own. */
  async function makeOffer(): Promise<Ended | undefined> {
    for (let failures = 1; ; failures += 1) {
      const { network } = requests;
      // If the page's factory throws, it counts as a failure of the SDK.
      const opened = await outcomeOf(() => {
        offering = parts.open(requests.progress().attempt + 1, failedWith ?? parts.why);
        // Before a first connection the player may have to allow a microphone.
        return offering.offer(parts.silentMs && OFFER_WITHIN_MS);
      }, limits);
      const offered = opened.kind === 'value' ? opened.value : opened;
      if (offering && offered.kind === 'value') {
        candidate = { connection: offering, offer: offered.value, madeAt: env.now(), network };
        offering = undefined;
        return undefined;
      }
      drop();
      if (requests.isPaused) return undefined;
      const error = errorOf(
        offered.kind === 'error' ? offered.error : undefined,
        `no offer: ${offered.kind}`,
      );
      scope.emit({ name: 'no_picture', error });
      failedWith = 'no_picture';
      // An offer that took too long may only have waited for the network.
      if (failures >= MAX_SDK_FAILURES && offered.kind !== 'timeout')
        return { kind: 'ended', ending: { reason: 'failed', error } };
      const ended = await requests.waitAfter(failure('no_picture', 'newOffer'));
      if (ended) return ended;
    }
  }

  function makeRequest(signalRequest: string): ApiRequest {
    const silentMs = api.isOld ? undefined : parts.silentMs?.();
    const body = JSON.stringify({
      ...parts.more,
      signalRequest,
      previousConnectionId: parts.previousConnectionId,
      silentMs: silentMs && Math.round(Math.min(MAX_REPORTED_SILENCE_MS, silentMs)),
    });
    return { method: 'POST', path: parts.path, body, key: env.uuid() };
  }

  /**
   * AWS still sees the old connection. Polls the session's status once a second. Resolves when AWS seems ready, or when the next
   * request is due anyway.
   */
  async function untilReconnectable(refusal: Refusal, session: StreamSession): Promise<void> {
    const retryAfterMs = Math.min(refusal.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    const waitMs = Math.max(REQUEST_AGAIN_MS, retryAfterMs);
    const requestAt = env.now() + waitMs;
    if ((refusal.streamSessionStatus ?? 'CONNECTED') === 'CONNECTED') parts.stillConnected?.();
    requests.refused(refusal, waitMs);
    for (let pollMs = POLL_MS; ; ) {
      const leftMs = requestAt - env.now();
      // A new network does not change what AWS sees: it brings the next poll, not the next request.
      await requests.sleep(Math.min(pollMs, leftMs));
      if (env.now() >= requestAt) return;
      await requests.unpaused();
      const response = await requests.send({ path: routes.session(session) }, readSession);
      pollMs = POLL_MS;
      if (!response) continue;
      if (response.kind === 'ended') return;
      if (response.kind === 'answer') {
        const { status } = response.value.streamSession;
        if (status === 'CONNECTED') parts.stillConnected?.();
        // For any other status a request for a connection tells more.
        else if (isReconnectable(status)) return;
      } else {
        const { retry, retryAfterMs = 0 } = response.refusal;
        // A refused status says nothing about the connection, which is requested when it is due.
        pollMs = retry === 'never' ? leftMs : Math.max(POLL_MS, retryAfterMs);
      }
    }
  }

  async function run(): Promise<Granted<Sdk> | Ended> {
    // The first request has full jitter too. The offer is made meanwhile.
    const isFirst = parts.silentMs && !requests.progress().attempt;
    const spread = sleep(isFirst ? firstWaitMs(env.random()) : 0, limits);
    let ended = parts.after && (await requests.waitAfter(parts.after));
    for (;;) {
      if (ended) return ended;
      await requests.unpaused();
      if (isOutdated()) drop();
      if (!candidate) {
        ended = await makeOffer();
        await spread;
        continue;
      }
      request ??= makeRequest(candidate.offer);
      let sentAt = 0;
      const response = await requests.send(request, readGranted, () => {
        sentAt = env.now();
        mayBeUsed = true;
        requests.count();
      });
      // A new network cut it short.
      if (!response) continue;
      if (response.kind === 'ended') return response;
      if (response.kind === 'answer') {
        const { value: answer, replayed } = response;
        const { connection } = candidate;
        candidate = undefined;
        return {
          kind: 'granted',
          connection,
          answer,
          replayed,
          promptly: env.now() - sentAt < FINAL_CHECK_MS,
        };
      }
      const { refusal } = response;
      const { code, retry, detail } = refusal;
      if (isApiCode(code) && !AMBIGUOUS.includes(code)) mayBeUsed = false;
      if (requests.isPaused && !mayBeUsed) drop();
      if (code === 'invalid_request' && detail.startsWith('silentMs') && !api.isOld) {
        // An older API refuses fields that it does not know. The request is repeated at once without them.
        api.isOld = true;
        request = undefined;
      } else if (code === 'session_not_reconnectable' && session) {
        request = undefined;
        await untilReconnectable(refusal, session);
      } else {
        ended = await requests.waitAfter(refusal);
        if (retry === 'newOffer') drop();
      }
    }
  }

  return {
    result: run(),
    dropUnused() {
      if (!mayBeUsed) drop();
    },
    close: drop,
  };
}
