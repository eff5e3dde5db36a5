import { type ConnectionMonitor, createConnectionMonitor, type Sight } from './connection-monitor.ts';
import type { Environment } from './environment.ts';
import { errorOf } from './error.ts';
import { mediaFlows, type RtcStats, rtcStatsOf } from './rtc-stats.ts';
import type { ClientConnection, GameLiftStreamsLike } from './sdk.ts';
import { type Outcome, outcomeOf, sleep } from './signals.ts';
import type { Loss } from './state.ts';
import { FRAME_EVERY_MS, FRAME_WITHIN_MS, STATS_WITHIN_MS } from './timing.ts';

/** What a connection needs. */
export interface ConnectionParts<Sdk> {
  /** Makes the SDK's object, with these callbacks. */
  create(clientConnection: ClientConnection): Sdk | PromiseLike<Sdk>;
  env: Environment;
  /** Aborted when nobody wants the connection any more: that closes it. */
  signal: AbortSignal;
  /** How long the video alone may be silent, in milliseconds. */
  stallMs(): number;
  /** The server's own goodbye, after which there is nothing to come back to. */
  goodbye(reason: 'idle' | 'terminated'): void;
  /** It has died: see `death`. */
  died(): void;
  /** Nothing has come for so many milliseconds while the stream plays. */
  suspected(silentMs: number): void;
}

/** What a look at a playing connection finds. */
export interface Look extends Sight {
  /** What it is lost by, if it is. */
  readonly loss: Loss | undefined;
}

/** What came of an answer. */
export type Played = { readonly plays: true } | { readonly plays: false; readonly error: Error };

/** One connection through one object of the Web SDK, from its offer to its end. */
export interface Connection<Sdk> {
  /** There once an offer was made. */
  readonly sdk: Sdk | undefined;
  /** What it died by, where it can't come back. */
  readonly death: Loss | undefined;
  /** Another connection was asked for: `terminated` may mean no more than that this one was replaced. */
  hasRival: boolean;
  /** Has the object made, and an offer by it. @param ms how long that may take, in milliseconds; without it as long as it likes. */
  offer(ms?: number): Promise<Outcome<string>>;
  /**
   * Applies an answer, and waits for the first frame.
   *
   * @param applied called as soon as the answer has taken effect: from then on this connection alone can fill the elements.
   */
  play(signalResponse: string, applied: () => void): Promise<Played>;
  /** Looks at the statistics of a connection that has played. @param plays whether a silence would be a new one. */
  look(plays: boolean): Promise<Look>;
  /** When to look again, in milliseconds. */
  nextLookMs(): number;
  close(): void;
}

/** Opens a connection. Its callbacks count until it is closed. */
export function openConnection<Sdk extends GameLiftStreamsLike>(
  parts: ConnectionParts<Sdk>,
): Connection<Sdk> {
  const { env, signal } = parts;
  /** Aborted when the connection has died or is closed. */
  const life = new AbortController();
  let state = '';
  let wasWell = true;
  let monitor: ConnectionMonitor = createConnectionMonitor(env.now(), parts.stallMs);
  const doubted = () => state === 'disconnected' || !env.online();
  const limits = (ms?: number) => ({ env, signal, cut: life.signal, ms });

  function die(why: Loss): void {
    if (life.signal.aborted) return;
    connection.death = why;
    life.abort();
    parts.died();
  }

  const callbacks: ClientConnection = {
    connectionState(next) {
      state = next;
      if (next === 'failed' || next === 'closed') die('failed');
    },
    channelError: () => die('channel_error'),
    serverDisconnect(reason) {
      if (life.signal.aborted) return;
      if (reason === 'idle' || (reason === 'terminated' && !connection.hasRival)) parts.goodbye(reason);
      else die('server_disconnect');
    },
  };

  async function makeOffer(): Promise<string> {
    const sdk = await parts.create(callbacks);
    connection.sdk = sdk;
    // The page took so long that nobody waits for it any more.
    if (life.signal.aborted) close();
    return sdk.generateSignalRequest();
  }

  function close(): void {
    life.abort();
    signal.removeEventListener('abort', close);
    try {
      connection.sdk?.close();
    } catch {
      // It is left either way.
    }
  }
  async function rtcStats(): Promise<RtcStats> {
    const outcome = await outcomeOf(() => connection.sdk?.getVideoRTCStats?.(), limits(STATS_WITHIN_MS));
    return outcome.kind === 'value' ? rtcStatsOf(outcome.value) : {};
  }

  const connection: Connection<Sdk> & { sdk: Sdk | undefined; death: Loss | undefined } = {
    sdk: undefined,
    death: undefined,
    hasRival: false,

    offer: (ms) => outcomeOf(makeOffer, limits(ms)),

    async play(signalResponse, applied) {
      const until = env.now() + FRAME_WITHIN_MS;
      const before = state;
      const call = await outcomeOf(
        () => connection.sdk?.processSignalResponse(signalResponse),
        limits(FRAME_WITHIN_MS),
      );
      // The browser begins to connect once it has taken an answer, whatever becomes of it; before that the elements are untouched.
      if (call.kind === 'value' || state !== before) applied();
      while (call.kind === 'value' && !life.signal.aborted && env.now() < until) {
        const stats = await rtcStats();
        if (!life.signal.aborted && mediaFlows(stats, state === 'connected')) {
          monitor = createConnectionMonitor(env.now(), parts.stallMs);
          return { plays: true };
        }
        await sleep(FRAME_EVERY_MS, limits());
      }
      const thrown = call.kind === 'error' ? call.error : undefined;
      return { plays: false, error: errorOf(thrown, `no frame: ${connection.death ?? state}`) };
    },

    async look(plays) {
      const askedAt = env.now();
      const stats = await rtcStats();
      const sight = monitor.look(askedAt, env.now(), stats, doubted(), env.visible());
      const { verdict } = sight;
      if (plays && verdict === 'suspicious' && wasWell) parts.suspected(sight.silentMs);
      wasWell = verdict === 'well';
      // The network carries the goodbye, and AWS takes a new connection at once.
      if (plays && verdict === 'frozen') die(verdict);
      const silence = state === 'disconnected' ? state : 'silence';
      const loss =
        verdict === 'stalled'
          ? verdict
          : verdict !== 'silent'
            ? undefined
            : env.online()
              ? silence
              : 'offline';
      return { ...sight, loss };
    },

    nextLookMs: () => monitor.nextLookMs(doubted()),
    close,
  };
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  return connection;
}
