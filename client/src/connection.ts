import { type ConnectionMonitor, createConnectionMonitor, type MonitorSample } from './connection-monitor.ts';
import type { Loss } from './contract.ts';
import type { Environment } from './environment.ts';
import { errorOf } from './error.ts';
import { mediaFlows, type RtcStats, rtcStatsOf } from './rtc-stats.ts';
import type { ClientConnection, GameLiftStreamsLike } from './sdk.ts';
import { type Outcome, outcomeOf, sleep } from './signals.ts';
import { FRAME_EVERY_MS, FRAME_WITHIN_MS, STATS_WITHIN_MS } from './timing.ts';

/** What a connection needs. */
export interface ConnectionParts<Sdk> {
  /** Makes the SDK's object, with these callbacks. */
  create(clientConnection: ClientConnection): Sdk | PromiseLike<Sdk>;
  env: Environment;
  /** Closes the connection when it is aborted. */
  signal: AbortSignal;
  /** How long the video alone may be silent, in milliseconds. */
  stallMs(): number;
  /** The server ended the stream: there is nothing to come back to. */
  ended(reason: 'idle' | 'terminated'): void;
  /** The connection has died: see `death`. */
  died(): void;
  /** Nothing has arrived for so many milliseconds while the stream plays. */
  suspected(silentMs: number): void;
}

/** A sample of a playing connection. */
export interface ConnectionSample extends MonitorSample {
  /** How the connection was lost, if it was. */
  readonly loss: Loss | undefined;
}

/** Whether an answer brought a picture. */
export type PlayResult = { readonly plays: true } | { readonly plays: false; readonly error: Error };

/** One connection through one object of the Web SDK, from its offer to its end. */
export interface Connection<Sdk> {
  /** There once an offer was made. */
  readonly sdk: Sdk | undefined;
  /** Why it can't come back, if it can't. */
  readonly death: Loss | undefined;
  /** Another connection was requested: `terminated` may only mean that this one was replaced. */
  replacing: boolean;
  /** Has the page make the SDK's object, then makes an offer. @param ms time limit in milliseconds; without it there is none. */
  offer(ms?: number): Promise<Outcome<string>>;
  /**
   * Applies an answer, and waits for the first frame.
   *
   * @param applied called when the answer takes effect: from then on only this connection can fill the elements.
   */
  play(signalResponse: string, applied: () => void): Promise<PlayResult>;
  /** Samples the statistics of a connection that has played. @param plays whether a silence would be a new one. */
  sample(plays: boolean): Promise<ConnectionSample>;
  /** Milliseconds until the next sample. */
  nextSampleMs(): number;
  close(): void;
}

/** Opens a connection. Its callbacks work until it is closed. */
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
      if (reason === 'idle' || (reason === 'terminated' && !connection.replacing)) parts.ended(reason);
      else die('server_disconnect');
    },
  };

  async function makeOffer(): Promise<string> {
    const sdk = await parts.create(callbacks);
    connection.sdk = sdk;
    if (life.signal.aborted) {
      // The page was slow, and this connection is closed already. An offer would open the object again.
      close();
      throw life.signal.reason;
    }
    return sdk.generateSignalRequest();
  }

  function close(): void {
    life.abort();
    signal.removeEventListener('abort', close);
    try {
      connection.sdk?.close();
    } catch {
      // The connection is abandoned either way.
    }
  }
  async function rtcStats(): Promise<RtcStats> {
    const outcome = await outcomeOf(() => connection.sdk?.getVideoRTCStats?.(), limits(STATS_WITHIN_MS));
    return outcome.kind === 'value' ? rtcStatsOf(outcome.value) : {};
  }

  const connection: Connection<Sdk> & { sdk: Sdk | undefined; death: Loss | undefined } = {
    sdk: undefined,
    death: undefined,
    replacing: false,

    offer: (ms) => outcomeOf(makeOffer, limits(ms)),

    async play(signalResponse, applied) {
      const until = env.now() + FRAME_WITHIN_MS;
      const before = state;
      const call = await outcomeOf(
        () => connection.sdk?.processSignalResponse(signalResponse),
        limits(FRAME_WITHIN_MS),
      );
      // The browser connects once it has accepted an answer. Before that the elements are untouched.
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

    async sample(plays) {
      const askedAt = env.now();
      const stats = await rtcStats();
      const sample = monitor.sample(askedAt, env.now(), stats, doubted(), env.visible());
      const { condition } = sample;
      if (plays && condition === 'suspicious' && wasWell) parts.suspected(sample.silentMs);
      wasWell = condition === 'well';
      // The network carries the goodbye, and AWS takes a new connection at once.
      if (plays && condition === 'frozen') die(condition);
      const silence = state === 'disconnected' ? state : 'silence';
      const loss =
        condition === 'stalled'
          ? condition
          : condition !== 'silent'
            ? undefined
            : env.online()
              ? silence
              : 'offline';
      return { ...sample, loss };
    },

    nextSampleMs: () => monitor.nextSampleMs(doubted()),
    close,
  };
  signal.addEventListener('abort', close);
  if (signal.aborted) close();
  return connection;
}
