import { type ApiRequest, routes } from './api-client.ts';
import type { Connection } from './connection.ts';
import { errorOf } from './error.ts';
import { type Code, failure, isApiCode, type Refusal } from './problem.ts';
import { firstWaitMs } from './reconnect-policy.ts';
import type { Requests } from './requests.ts';
import type { Scope } from './scope.ts';
import {
  type GrantedAnswer,
  isReconnectable,
  readGranted,
  readSession,
  type StartRequest,
  type StreamSession,
} from './session.ts';
import { outcomeOf, sleep } from './signals.ts';
import type { Ended, Loss } from './state.ts';
import {
  ASK_AGAIN_MS,
  LAST_LOOK_MS,
  MOST_SDK_FAILURES,
  MOST_SILENT_MS,
  MOST_TOLD_MS,
  OFFER_FOR_MS,
  OFFER_WITHIN_MS,
  POLL_MS,
} from './timing.ts';

/** What a stream has found out about the API that it talks to. */
export interface ApiVersion {
  /** It refuses `silentMs`, as the first versions did. */
  isOld: boolean;
}

/** What asking for a connection needs. */
export interface ConnectionRequestParts<Sdk> {
  scope: Scope;
  requests: Requests;
  /** Opens a connection to make an offer with. */
  open(attempt: number, why?: Loss | Code): Connection<Sdk>;
  /** Where to ask, and what to send besides the offer. */
  path: string;
  more?: StartRequest;
  /** The session that is reconnected to; none where one is started. */
  session?: StreamSession;
  /** The newest connection that is known here; where none is, the player insists. */
  previousConnectionId?: string | undefined;
  /** After a loss: how long nothing has been seen, in milliseconds. The first request then waits a little. */
  silentMs?: (() => number) | undefined;
  /** After a loss: what it was. */
  why?: Loss | undefined;
  /** What the first request waits for, as the policy says. */
  after?: Refusal | undefined;
  api: ApiVersion;
  /** The API has said that AWS still sees the old connection. */
  saidConnected?: () => void;
}

/** The API has granted a connection: what made the offer, and what it was answered. */
export interface Granted<Sdk> {
  readonly kind: 'granted';
  readonly connection: Connection<Sdk>;
  readonly answer: GrantedAnswer;
  readonly replayed: boolean;
  /** The network carried the request and its answer so fast that it was not dark meanwhile. */
  readonly promptly: boolean;
}

/** Asks for one connection. */
export interface ConnectionRequest<Sdk> {
  /** The answer, or the last word. */
  readonly result: Promise<Granted<Sdk> | Ended>;
  /** The old connection plays again: keeps the offer only while a request may have used it up. */
  spare(): void;
  /** Closes what made the offer, unless it was answered. */
  close(): void;
}

/** Refusals of the API's that do not tell whether an earlier copy of the request took effect. */
const UNCLEAR: readonly string[] = ['connection_in_progress', 'upstream_unavailable', 'upstream_timeout'];

/** Asks until there is an answer or a last word; one offer serves as many requests as it may. */
export function requestConnection<Sdk>(parts: ConnectionRequestParts<Sdk>): ConnectionRequest<Sdk> {
  const { scope, requests, session, api } = parts;
  const { env } = scope;
  const limits = { env, signal: requests.signal };
  /** The connection that waits for an answer, and what it offers. */
  let candidate: { connection: Connection<Sdk>; offer: string; madeAt: number; network: number } | undefined;
  /** What is sent, and repeated as it is; undefined where a new one is due. */
  let request: ApiRequest | undefined;
  /** The connection that is making an offer. */
  let making: Connection<Sdk> | undefined;
  /** What the last one failed with. */
  let failedWith: Code | undefined = parts.after?.code;
  /** A request with the candidate's offer may have taken effect. */
  let mayBeUsed = false;

  function drop(): void {
    making?.close();
    candidate?.connection.close();
    making = candidate = request = undefined;
    mayBeUsed = false;
  }

  /** Whether the offer serves no more: its connection died, or it names addresses of a network that is gone, or it is old. */
  function isOutdated(): boolean {
    if (!candidate || !session) return false;
    const { connection, offer, madeAt, network } = candidate;
    const moved = network !== requests.network && offer.includes('a=candidate');
    const isOld = !request && env.now() - madeAt >= OFFER_FOR_MS;
    return !!connection.death || moved || isOld;
  }

  /** Makes an offer on a connection of its own. */
  async function makeOffer(): Promise<Ended | undefined> {
    for (let failures = 1; ; failures += 1) {
      const { network } = requests;
      // If the page's factory throws, it counts as a failure of the SDK.
      const opened = await outcomeOf(() => {
        making = parts.open(requests.progress().attempt + 1, failedWith ?? parts.why);
        // On the way to a first connection the player may have to allow a microphone first.
        return making.offer(parts.silentMs && OFFER_WITHIN_MS);
      }, limits);
      const offered = opened.kind === 'value' ? opened.value : opened;
      if (making && offered.kind === 'value') {
        candidate = { connection: making, offer: offered.value, madeAt: env.now(), network };
        making = undefined;
        return undefined;
      }
      drop();
      if (requests.isPaused) return undefined;
      const error = errorOf(
        offered.kind === 'error' ? offered.error : undefined,
        `no offer: ${offered.kind}`,
      );
      scope.tell({ name: 'no_picture', error });
      failedWith = 'no_picture';
      // An offer that took too long may only have waited for the network.
      if (failures >= MOST_SDK_FAILURES && offered.kind !== 'timeout')
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
      silentMs: silentMs && Math.round(Math.min(MOST_SILENT_MS, silentMs)),
    });
    return { method: 'POST', path: parts.path, body, key: env.uuid() };
  }

  /**
   * AWS still sees the old connection. Looks at the session's status once a second; resolves when AWS seems ready, or when it is time to
   * ask it all the same.
   */
  async function untilReconnectable(refusal: Refusal, session: StreamSession): Promise<void> {
    const told = Math.min(refusal.retryAfterMs ?? 0, MOST_TOLD_MS);
    const waitMs = Math.max(ASK_AGAIN_MS, told);
    const askAt = env.now() + waitMs;
    if ((refusal.streamSessionStatus ?? 'CONNECTED') === 'CONNECTED') parts.saidConnected?.();
    requests.refused(refusal, waitMs);
    for (let lookMs = POLL_MS; ; ) {
      const leftMs = askAt - env.now();
      // A new network changes nothing of what AWS sees: it is looked at sooner, not asked.
      await requests.sleep(Math.min(lookMs, leftMs));
      if (env.now() >= askAt) return;
      await requests.turn();
      const response = await requests.send({ path: routes.session(session) }, readSession);
      lookMs = POLL_MS;
      if (!response) continue;
      if (response.kind === 'ended') return;
      if (response.kind === 'answer') {
        const { status } = response.value.streamSession;
        if (status === 'CONNECTED') parts.saidConnected?.();
        // Whatever else it is, asking for a connection tells more of it.
        else if (isReconnectable(status)) return;
      } else {
        const { retry, retryAfterMs = 0 } = response.refusal;
        // A status that is refused says nothing about the connection, which is asked for when it is time.
        lookMs = retry === 'never' ? leftMs : Math.max(POLL_MS, retryAfterMs);
      }
    }
  }

  async function ask(): Promise<Granted<Sdk> | Ended> {
    // Full jitter from the first request on, spent while the offer is made.
    const isFirst = parts.silentMs && !requests.progress().attempt;
    const spread = sleep(isFirst ? firstWaitMs(env.random()) : 0, limits);
    let ended = parts.after && (await requests.waitAfter(parts.after));
    for (;;) {
      if (ended) return ended;
      await requests.turn();
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
      // Cut short by a new network.
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
          promptly: env.now() - sentAt < LAST_LOOK_MS,
        };
      }
      const { refusal } = response;
      const { code, retry, detail } = refusal;
      if (isApiCode(code) && !UNCLEAR.includes(code)) mayBeUsed = false;
      if (requests.isPaused && !mayBeUsed) drop();
      if (code === 'invalid_request' && detail.startsWith('silentMs') && !api.isOld) {
        // An API of before refuses what it does not know; it is asked again without, in the same breath.
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
    result: ask(),
    spare() {
      if (!mayBeUsed) drop();
    },
    close: drop,
  };
}
