import type { Environment } from './environment.ts';
import { createHealth } from './health.ts';
import type { ClientConnection, GameLiftStreamsLike } from './sdk.ts';
import { childOf, held, sleep, within } from './signals.ts';
import type { Loss } from './state.ts';
import { FRAME_EVERY_MS, FRAME_WITHIN_MS, STATS_WITHIN_MS } from './timing.ts';
import { mediaFlows, type Vitals, vitalsOf } from './vitals.ts';

/** A connection was lost; thrown out of whatever waits for it. */
export interface Lost {
  why: Loss;
  /** How long nothing had come when it was noticed. */
  silentMs: number;
}

/** Whether this was thrown because the line is lost. */
export function isLost(error: unknown): error is Lost {
  return typeof error === 'object' && error !== null && 'why' in error;
}

/** What a line needs. */
export interface LineParts<Sdk> {
  createGameLiftStreams(clientConnection: ClientConnection): Sdk;
  env: Environment;
  /** Aborted when nobody wants the line any more. */
  signal: AbortSignal;
  /** How long the video alone may be silent. */
  stallMs: number;
  /** The server's own goodbye, after which there is nothing to come back to. */
  goodbye(reason: 'idle' | 'terminated'): void;
  /** Nothing has come for a while. */
  suspected(silentMs: number): void;
}

/** One connection through the Web SDK, from its offer to its loss. */
export interface Line<Sdk> {
  readonly sdk: Sdk;
  offer(): Promise<string>;
  /** Applies the answer; resolves with the first frame, rejects where none comes. */
  play(signalResponse: string): Promise<void>;
  /** Watches a playing line until it is lost: rejects with Lost. */
  watch(): Promise<never>;
  close(): void;
}

/** Opens a line. Its callbacks count until it is closed. @throws what the factory throws. */
export function openLine<Sdk extends GameLiftStreamsLike>(parts: LineParts<Sdk>): Line<Sdk> {
  const { env, goodbye } = parts;
  const life = childOf(parts.signal);
  const { signal } = life;
  let connection = '';
  const doubted = () => connection === 'disconnected' || !env.online();
  const lose = (why: Loss, silentMs = 0) => life.abort({ why, silentMs } satisfies Lost);

  const sdk = parts.createGameLiftStreams({
    connectionState(state) {
      connection = state;
      if (state === 'failed' || state === 'closed') lose('failed');
    },
    channelError: () => lose('channel_error'),
    serverDisconnect(reason) {
      if (signal.aborted) return;
      if (reason === 'idle' || reason === 'terminated') goodbye(reason);
      else lose('server_disconnect');
    },
  });

  async function vitals(): Promise<Vitals> {
    try {
      return vitalsOf(await within(STATS_WITHIN_MS, signal, env, () => sdk.getVideoRTCStats?.()));
    } catch {
      signal.throwIfAborted();
      return {};
    }
  }

  return {
    sdk,
    offer: () => held(sdk.generateSignalRequest(), signal),

    play: (signalResponse) =>
      within(FRAME_WITHIN_MS, signal, env, async () => {
        await held(sdk.processSignalResponse(signalResponse), signal);
        while (!mediaFlows(await vitals(), connection === 'connected'))
          await sleep(FRAME_EVERY_MS, signal, env);
      }),

    async watch() {
      const health = createHealth(env.now(), parts.stallMs);
      let wasWell = true;
      for (;;) {
        await sleep(health.nextLookMs(doubted()), signal, env);
        const askedAt = env.now();
        const seen = await vitals();
        const verdict = health.look(askedAt, env.now(), seen, doubted());
        if (verdict === 'suspicious' && wasWell) parts.suspected(health.silentMs());
        wasWell = verdict === 'well';
        if (verdict === 'stalled') lose('stalled');
        if (verdict === 'silent') {
          const why = !env.online() ? 'offline' : connection === 'disconnected' ? 'disconnected' : 'silence';
          lose(why, health.silentMs());
        }
      }
    },

    close() {
      lose('failed');
      life.done();
      try {
        sdk.close();
      } catch {
        // It is left either way.
      }
    },
  };
}
