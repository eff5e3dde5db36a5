import { routes, type Send } from './api-client.ts';
import type { Connection } from './connection.ts';
import {
  type ApiVersion,
  type ConnectionRequest,
  type Granted,
  requestConnection,
} from './connection-request.ts';
import type { Input } from './input.ts';
import { type Code, failure, type Refusal } from './problem.ts';
import { budgetMs } from './reconnect-policy.ts';
import { createRequests } from './requests.ts';
import type { Scope } from './scope.ts';
import type { GameLiftStreamsLike } from './sdk.ts';
import type { StreamSession } from './session.ts';
import type { Ended, Loss, StreamState } from './state.ts';
import {
  FRAME_EVERY_MS,
  HELD_SILENCE_MS,
  LAST_LOOK_MS,
  LOOK_EVERY_MS,
  ONE_WAY_MS,
  PACKETS_PUT_OFF_MS,
  PROVISIONAL_MS,
  REFUSED_HOPE_MS,
  STATUS_FRESH_MS,
} from './timing.ts';

/** A loss, as far as the old connection is concerned. */
export interface Lost {
  readonly why: Loss;
  /** How long nothing had been seen when it was noticed, in milliseconds. */
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
  /** The newest connection to the session that is known here. */
  connectionId: string | undefined;
  /** The connection that was lost, and how; none on the way to a first one. */
  lost?: (Lost & { readonly connection: Connection<Sdk>; readonly connectionId: string }) | undefined;
  /** An answer that is there already. */
  granted?: Granted<Sdk> | undefined;
  /** How many connections were asked for before. */
  attempt?: number;
  api: ApiVersion;
  /** Shows a state to the page. */
  show(state: StreamState): void;
  /** This is the session now, and the newest connection to it that is known. */
  learned(session: StreamSession, connectionId: string | undefined): void;
  /** This connection has the video element from now on. */
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
 * From a loss to its end: the old connection plays again, or another one plays, or there is nothing more to try. The old connection
 * stays open until another has taken the elements, since a network that was silent for a few seconds brings it back by itself.
 * The same without an old one is the way to a first connection.
 */
export async function runAttempt<Sdk extends GameLiftStreamsLike>(
  parts: AttemptParts<Sdk>,
): Promise<AttemptResult<Sdk>> {
  const { scope, input, lost } = parts;
  const { env } = scope;
  let { session, connectionId: newestId } = parts;

  /** The old connection, while it is open. */
  let old = lost?.connection;
  let why = lost?.why ?? 'failed';
  /** The last sign of life of the old connection. */
  let seenAt = env.now() - (lost?.silentMs ?? 0);
  /** Since when the old connection plays again; 0 while it does not. */
  let healedAt = 0;
  let frameAt = 0;
  /** The first packet since the loss, while no frame has come; 0 before. */
  let packetAt = 0;
  /** The API's answer while it is not applied, and when it came. */
  let answer: { granted: Granted<Sdk>; at: number } | undefined;
  /** The API's last word: what the stream ends with, unless the old connection comes back in time. */
  let last: (Ended & { until: number }) | undefined;
  /** How often the API said that AWS still sees the old connection, and when last. */
  let connectedSaid = 0;
  let connectedSaidAt = 0;

  const requests = createRequests(scope, parts.send, show, parts.attempt);
  lose();
  if (parts.granted) answered(parts.granted);
  let request = answer ? undefined : begin();
  const result = await outcome();
  requests.stop();
  request?.close();
  return result;

  async function outcome(): Promise<AttemptResult<Sdk>> {
    for (;;) {
      // The old connection comes first: it costs nothing and loses nothing.
      if (old && !old.death) await lookAt(old);
      // What has died can't come back.
      if (old?.death) {
        if (healedAt) relapse(old.death, 0);
        bury();
      }
      const now = env.now();
      // Nothing comes in, and AWS sees a connection: it must be told that it is none.
      if (old && !healedAt && isOneWay(now)) bury();

      // A refusal ends the asking, not the connection.
      if (last && !healedAt && (!old || now >= last.until)) return last;

      // An answer replaces the old connection, unless that plays.
      if (answer && mayReplace(answer, now)) {
        const { granted } = answer;
        if (healedAt) relapse('silence', now - frameAt);
        const { connection, answer: grant } = granted;
        if (await plays(granted))
          return { kind: 'connected', connection, session, connectionId: grant.connectionId };
        connection.close();
        answer = undefined;
        request = begin(failure('no_picture', 'newOffer'));
      }

      // A connection that came back and stayed is the stream again. Until then the answer is kept: no other request is under way.
      const provenAt = Math.max(healedAt, answer?.at ?? 0) + PROVISIONAL_MS;
      if (lost && old && healedAt && now >= provenAt && !requests.isOut) {
        answer?.granted.connection.close();
        // AWS may yet replace it by what it was asked for.
        old.hasRival = !!answer;
        return { kind: 'connected', connection: old, session, connectionId: lost.connectionId };
      }
      await scope.wait(old && (answer ? FRAME_EVERY_MS : healedAt ? old.nextLookMs() : LOOK_EVERY_MS));
    }
  }

  /** Asks for a connection; what comes of it wakes the loop. @param after what the first request waits for. */
  function begin(after?: Refusal): ConnectionRequest<Sdk> {
    const begun = requestConnection({
      scope,
      requests,
      open: parts.open,
      path: routes.connections(session),
      session,
      previousConnectionId: newestId,
      silentMs: lost && (() => env.now() - seenAt),
      after,
      why: lost && why,
      api: parts.api,
      saidConnected() {
        connectedSaid += 1;
        connectedSaidAt = env.now();
      },
    });
    begun.result.then((result) => {
      if (result.kind === 'granted') {
        // Too late, if the attempt is over in this very moment.
        if (requests.signal.aborted) result.connection.close();
        else answered(result);
      } else {
        begun.close();
        last = { ...result, until: Math.min(scope.givesUpAt, env.now() + REFUSED_HOPE_MS) };
        scope.limit();
        show();
      }
      scope.wake();
    });
    return begun;
  }

  function answered(granted: Granted<Sdk>): void {
    answer = { granted, at: env.now() };
    ({ streamSession: session, connectionId: newestId } = granted.answer);
    parts.learned(session, newestId);
    scope.tell({ name: 'answered', replayed: granted.replayed });
  }

  /** The stream is lost. Input would not reach the game from now on. */
  function lose(): void {
    const now = env.now();
    if (lost) {
      if (why === 'stalled' || why === 'frozen') parts.stalled();
      scope.tell({ name: 'lost', why, silentMs: now - seenAt });
    }
    input.detach();
    if (last) last.until = now + REFUSED_HOPE_MS;
    else scope.limit(budgetMs(session, seenAt, now));
    show();
  }

  /** Looks at the old connection, and notices when it has come back or is lost again. */
  async function lookAt(connection: Connection<Sdk>): Promise<void> {
    const look = await connection.look(healedAt > 0);
    const now = env.now();
    if (connection.death) return;
    if (look.frame) frameAt = now;
    else if (look.packet) packetAt ||= now;
    if (!healedAt) {
      if (look.frame) heal(connection, now);
    } else if (look.loss) relapse(look.loss, look.silentMs);
  }

  /** A decoded frame: the old connection plays. What was asked for meanwhile may still be answered. */
  function heal(connection: Connection<Sdk>, now: number): void {
    healedAt = now;
    requests.pause(true);
    request?.spare();
    scope.limit();
    scope.tell({ name: 'healed', silentMs: now - seenAt });
    if (connection.sdk) input.attach(connection.sdk);
    show();
  }

  /** Lost again so soon: the same loss goes on where it was. */
  function relapse(by: Loss, silentMs: number): void {
    healedAt = packetAt = 0;
    why = by;
    seenAt = env.now() - silentMs;
    connectedSaid = 0;
    // It has had its last look.
    if (answer) answer.at = 0;
    lose();
    requests.pause(false);
  }

  /** Closes the old connection: it has died, or another takes its place. */
  function bury(): void {
    old?.close();
    old = undefined;
    show();
  }

  /** Whether the answer is to be applied now. The old connection is given a last look, since there is no way back. */
  function mayReplace({ granted, at }: NonNullable<typeof answer>, now: number): boolean {
    if (!old) return true;
    // Making the answer may have ended the old connection.
    if (healedAt && frameAt > at) return now - frameAt >= HELD_SILENCE_MS;
    // Packets may be a picture that is about to come, or nothing but ICE.
    if (packetAt && !healedAt && now < Math.min(packetAt, at) + PACKETS_PUT_OFF_MS) return false;
    return now - at >= LAST_LOOK_MS || (granted.promptly && !packetAt && !healedAt);
  }

  /** Applies an answer. Whether a picture comes. */
  async function plays({ connection, answer }: Granted<Sdk>): Promise<boolean> {
    const played = await connection.play(answer.signalResponse ?? '', () => {
      parts.took(connection);
      bury();
    });
    if (!played.plays) scope.tell({ name: 'no_picture', error: played.error });
    else {
      parts.shown(() => scope.tell({ name: 'first_frame' }));
      scope.limit();
      if (connection.sdk) input.attach(connection.sdk);
    }
    return played.plays;
  }

  /** Whether nothing comes from AWS although it is reachable and sees a connection: no packet of ours needs to be missing. */
  function isOneWay(now: number): boolean {
    const isNews = connectedSaid > 1 && now - connectedSaidAt <= STATUS_FRESH_MS;
    return isNews && now - seenAt >= ONE_WAY_MS;
  }

  /** Shows the page where the attempt stands. */
  function show(): void {
    const givesUpAt = last?.until ?? scope.givesUpAt;
    const common = { session, givesUpAt, ...requests.progress() };
    // From the first request on, AWS may be replacing it.
    if (old) old.hasRival = common.attempt > 0;
    parts.show(
      !lost
        ? { name: 'connecting', ...common }
        : healedAt
          ? { name: 'connected', session, connectionId: lost.connectionId }
          : { name: 'reconnecting', lostAt: seenAt, why, healing: !!old && !old.death, ...common },
    );
  }
}
