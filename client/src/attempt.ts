import { routes, type Send } from './api-client.ts';
import type { Connection } from './connection.ts';
import {
  type ApiVersion,
  type ConnectionRequest,
  type Granted,
  requestConnection,
} from './connection-request.ts';
import type { Loss, StreamSession } from './contract.ts';
import type { Input } from './input.ts';
import { type Code, failure, type Refusal } from './problem.ts';
import { retryWindowMs } from './reconnect-policy.ts';
import { createRequests } from './requests.ts';
import type { Scope } from './scope.ts';
import type { GameLiftStreamsLike } from './sdk.ts';
import type { Ended, StreamState } from './state.ts';
import {
  FINAL_CHECK_MS,
  FRAME_EVERY_MS,
  HEAL_AFTER_REFUSAL_MS,
  HELD_SILENCE_MS,
  MAX_PACKET_DELAY_MS,
  ONE_WAY_MS,
  PROBATION_MS,
  SAMPLE_EVERY_MS,
  STATUS_FRESH_MS,
} from './timing.ts';

/** How the old connection was lost. */
export interface Lost {
  readonly why: Loss;
  /** How long nothing had arrived when the loss was noticed, in milliseconds. */
  readonly silentMs: number;
}

/** What an attempt needs. */
export interface AttemptParts<Sdk> {
  scope: Scope;
  send: Send;
  /** Opens a connection. @param why what makes it necessary, if it is not the first. */
  open(attempt: number, why?: Loss | Code): Connection<Sdk>;
  input: Input;
  session: StreamSession;
  /** The newest connection to the session that this object knows. */
  connectionId: string | undefined;
  /** The connection that was lost, and how. Absent on the way to a first connection. */
  lost?: (Lost & { readonly connection: Connection<Sdk>; readonly connectionId: string }) | undefined;
  /** The API's answer, where it has come already. */
  granted?: Granted<Sdk> | undefined;
  /** How many connections were requested before. */
  attempt?: number;
  api: ApiVersion;
  /** Shows a state to the page. */
  show(state: StreamState): void;
  /** The session and its newest known connection have changed. */
  learned(session: StreamSession, connectionId: string | undefined): void;
  /** This connection owns the video element from now on. */
  took(connection: Connection<Sdk>): void;
  /** Calls back when the page shows the next frame, or at once where that can't be seen. */
  shown(then: () => void): void;
  /** The picture stood still although the network is well: the next time it may stand longer. */
  stalled(): void;
}

/** What came of an attempt. */
export type AttemptResult<Sdk> =
  | {
      readonly kind: 'connected';
      readonly connection: Connection<Sdk>;
      readonly session: StreamSession;
      readonly connectionId: string;
    }
  | Ended;

/**
 * Runs from a loss to its end: the old connection plays again, another one plays, or nothing is left to try. The old connection stays
 * open until another one owns the elements: a network that was silent for a few seconds brings it back by itself. Without an old
 * connection this connects for the first time.
 */
export async function runAttempt<Sdk extends GameLiftStreamsLike>(
  parts: AttemptParts<Sdk>,
): Promise<AttemptResult<Sdk>> {
  const { scope, input, lost } = parts;
  const { env } = scope;
  let { session, connectionId: newestId } = parts;

  /** The old connection, while it is open. */
  let old = lost?.connection;
  let loss = lost?.why ?? 'failed';
  /** When the old connection last showed a sign of life. */
  let lastSeenAt = env.now() - (lost?.silentMs ?? 0);
  /** When the old connection began to play again; 0 while it does not. */
  let healedAt = 0;
  let frameAt = 0;
  /** When the first packet since the loss came, while no frame has come; 0 before. */
  let packetAt = 0;
  /** The API's answer until it is applied, and when it came. */
  let answer: { granted: Granted<Sdk>; at: number } | undefined;
  /** What the stream ends with, unless the old connection comes back in time. */
  let finalResult: (Ended & { until: number }) | undefined;
  /** How often the API said that AWS still sees the old connection, and when it last did. */
  let connectedReports = 0;
  let connectedReportedAt = 0;

  const requests = createRequests(scope, parts.send, show, parts.attempt);
  markLost();
  if (parts.granted) keepAnswer(parts.granted);
  let request = answer ? undefined : begin();
  const result = await untilDecided();
  requests.stop();
  request?.close();
  return result;

  async function untilDecided(): Promise<AttemptResult<Sdk>> {
    for (;;) {
      // The old connection comes first: keeping it costs nothing.
      if (old && !old.death) await sampleOld(old);
      // A dead connection can't come back.
      if (old?.death) {
        if (healedAt) loseAgain(old.death, 0);
        closeOld();
      }
      const now = env.now();
      // Nothing arrives although AWS sees a connection. Closing it shows AWS that it is dead.
      if (old && !healedAt && isOneWay(now)) closeOld();

      // A refusal ends the requests, not the old connection.
      if (finalResult && !healedAt && (!old || now >= finalResult.until)) return finalResult;

      // An answer replaces the old connection, unless that one plays.
      if (answer && mayReplace(answer, now)) {
        const { granted } = answer;
        if (healedAt) loseAgain('silence', now - frameAt);
        const { connection, answer: grant } = granted;
        if (await playAnswer(granted))
          return { kind: 'connected', connection, session, connectionId: grant.connectionId };
        connection.close();
        answer = undefined;
        request = begin(failure('no_picture', 'newOffer'));
      }

      // An old connection that came back and stayed is the stream again. Until then the answer is kept, and no other request is in flight.
      const provenAt = Math.max(healedAt, answer?.at ?? 0) + PROBATION_MS;
      if (lost && old && healedAt && now >= provenAt && !requests.inFlight) {
        answer?.granted.connection.close();
        // AWS may still replace it by the connection that was requested.
        old.replacing = !!answer;
        return { kind: 'connected', connection: old, session, connectionId: lost.connectionId };
      }
      await scope.wait(old && (answer ? FRAME_EVERY_MS : healedAt ? old.nextSampleMs() : SAMPLE_EVERY_MS));
    }
  }

  /** Requests a connection. Its result wakes the loop. @param after the refusal whose wait comes before the first request. */
  function begin(after?: Refusal): ConnectionRequest<Sdk> {
    const begun = requestConnection({
      scope,
      requests,
      open: parts.open,
      path: routes.connections(session),
      session,
      previousConnectionId: newestId,
      silentMs: lost && (() => env.now() - lastSeenAt),
      after,
      why: lost && loss,
      api: parts.api,
      stillConnected() {
        connectedReports += 1;
        connectedReportedAt = env.now();
      },
    });
    begun.result.then((result) => {
      if (result.kind === 'granted') {
        // The attempt may have ended in this very moment.
        if (requests.signal.aborted) result.connection.close();
        else keepAnswer(result);
      } else {
        begun.close();
        finalResult = { ...result, until: Math.min(scope.givesUpAt, env.now() + HEAL_AFTER_REFUSAL_MS) };
        scope.limit();
        show();
      }
      scope.wake();
    });
    return begun;
  }

  function keepAnswer(granted: Granted<Sdk>): void {
    answer = { granted, at: env.now() };
    ({ streamSession: session, connectionId: newestId } = granted.answer);
    parts.learned(session, newestId);
    scope.emit({ name: 'answered', replayed: granted.replayed });
  }

  /** The stream is lost. Input no longer reaches the game. */
  function markLost(): void {
    const now = env.now();
    if (lost) {
      if (loss === 'stalled' || loss === 'frozen') parts.stalled();
      scope.emit({ name: 'lost', why: loss, silentMs: now - lastSeenAt });
    }
    input.detach();
    if (finalResult) finalResult.until = now + HEAL_AFTER_REFUSAL_MS;
    else scope.limit(retryWindowMs(session, lastSeenAt, now));
    show();
  }

  /** Samples the old connection, and notices when it comes back or is lost again. */
  async function sampleOld(connection: Connection<Sdk>): Promise<void> {
    const sample = await connection.sample(healedAt > 0);
    const now = env.now();
    if (connection.death) return;
    if (sample.frame) frameAt = now;
    else if (sample.packet) packetAt ||= now;
    if (!healedAt) {
      if (sample.frame) markHealed(connection, now);
    } else if (sample.loss) loseAgain(sample.loss, sample.silentMs);
  }

  /** A frame was decoded: the old connection plays. A request in flight may still be answered. */
  function markHealed(connection: Connection<Sdk>, now: number): void {
    healedAt = now;
    requests.pause(true);
    request?.dropUnused();
    scope.limit();
    scope.emit({ name: 'healed', silentMs: now - lastSeenAt });
    input.attach(connection.sdk);
    show();
  }

  /** Lost again so soon: the same loss continues. */
  function loseAgain(by: Loss, silentMs: number): void {
    healedAt = packetAt = 0;
    loss = by;
    lastSeenAt = env.now() - silentMs;
    connectedReports = 0;
    // The final check is over.
    if (answer) answer.at = 0;
    markLost();
    requests.pause(false);
  }

  /** Closes the old connection: it is dead, or another one replaces it. */
  function closeOld(): void {
    old?.close();
    old = undefined;
    show();
  }

  /** Whether to apply the answer now. The old connection gets a final check first, since there is no way back. */
  function mayReplace({ granted, at }: NonNullable<typeof answer>, now: number): boolean {
    if (!old) return true;
    // AWS may have ended the old connection when it made the answer.
    if (healedAt && frameAt > at) return now - frameAt >= HELD_SILENCE_MS;
    // Packets may announce a picture, or be nothing but ICE.
    if (packetAt && !healedAt && now < Math.min(packetAt, at) + MAX_PACKET_DELAY_MS) return false;
    return now - at >= FINAL_CHECK_MS || (granted.promptly && !packetAt && !healedAt);
  }

  /** Applies an answer. @returns whether a picture comes. */
  async function playAnswer({ connection, answer }: Granted<Sdk>): Promise<boolean> {
    const played = await connection.play(answer.signalResponse ?? '', () => {
      parts.took(connection);
      closeOld();
    });
    if (!played.plays) scope.emit({ name: 'no_picture', error: played.error });
    else {
      parts.shown(() => scope.emit({ name: 'first_frame' }));
      scope.limit();
      input.attach(connection.sdk);
    }
    return played.plays;
  }

  /** Whether only the downlink is dead: nothing arrives, yet AWS is reachable and sees a connection. */
  function isOneWay(now: number): boolean {
    const isNews = connectedReports > 1 && now - connectedReportedAt <= STATUS_FRESH_MS;
    return isNews && now - lastSeenAt >= ONE_WAY_MS;
  }

  /** Shows the attempt's state to the page. */
  function show(): void {
    const givesUpAt = finalResult?.until ?? scope.givesUpAt;
    const common = { session, givesUpAt, ...requests.progress() };
    // From the first request on, AWS may replace it.
    if (old) old.replacing = common.attempt > 0;
    parts.show(
      !lost
        ? { name: 'connecting', ...common }
        : healedAt
          ? { name: 'connected', session, connectionId: lost.connectionId }
          : { name: 'reconnecting', lostAt: lastSeenAt, why: loss, healing: !!old && !old.death, ...common },
    );
  }
}
