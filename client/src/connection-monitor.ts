import type { RtcStats } from './rtc-stats.ts';
import {
  CONSENT_MS,
  DOUBTED_SILENCE_MS,
  LOOK_EVERY_MS,
  LOOK_SOON_MS,
  MOST_PROVEN_MS,
  SILENCE_MS,
  STALL_MS,
  SUSPICIOUS_MS,
} from './timing.ts';

/** What a look finds. */
export interface Sight {
  readonly verdict: 'well' | 'suspicious' | 'silent' | 'stalled' | 'frozen';
  /** For how long nothing has come, as far as it is proven. Stalled: for how long no video. Frozen: for how long nothing was decoded. */
  readonly silentMs: number;
  /** Whether anything has come since the look before. */
  readonly packet: boolean;
  /** Whether a frame was decoded since the look before; a browser that counts no frames is judged by its video packets. */
  readonly frame: boolean;
}

/**
 * Tells a dead connection from a slow one. Pure but for its memory: times come in, on any one clock in milliseconds, which may jump.
 *
 * @param startedAt when media was seen to flow.
 * @param stallMs how long the video alone may be silent, or its packets come to nothing.
 */
export function createConnectionMonitor(startedAt: number, stallMs: () => number = () => STALL_MS) {
  let lookedAt = startedAt;
  let silentMs = 0;
  let videoSilentMs = 0;
  let frozenMs = 0;
  let seen: RtcStats = {};
  let slept = false;
  const enough = (doubted: boolean) => (doubted || slept ? DOUBTED_SILENCE_MS : SILENCE_MS);

  return {
    /** When to look again, in milliseconds from now: sooner where the silence is about to be long enough. */
    nextLookMs(doubted: boolean): number {
      return Math.min(LOOK_EVERY_MS, Math.max(LOOK_SOON_MS, enough(doubted) - silentMs));
    },

    /**
     * @param askedAt when the statistics were asked for, @param gotAt when they came: packets may have come until then, so a slow
     * answer proves no silence.
     * @param doubted the browser doubts the connection; without any counters its word alone decides.
     * @param visible the page is; a browser need not decode what nobody sees.
     */
    look(askedAt: number, gotAt: number, stats: RtcStats, doubted: boolean, visible = true): Sight {
      const proven = Math.min(MOST_PROVEN_MS, Math.max(0, askedAt - lookedAt));
      slept ||= askedAt - lookedAt > CONSENT_MS;
      const came = (name: keyof RtcStats) => (stats[name] ?? 0) > (seen[name] ?? 0);
      const unknown = stats.all === undefined;
      const packet = came('all') || (unknown && !doubted);
      // Statistics that fail for a moment show no frame; where there never were any, the browser's word stands for one.
      const frame =
        stats.frames === undefined && (!unknown || seen.all !== undefined)
          ? came('video')
          : came('frames') || (unknown && packet);
      silentMs = packet ? 0 : silentMs + proven;
      lookedAt = packet ? gotAt : askedAt;
      if (came('all')) slept = false;
      videoSilentMs = came('video') || stats.video === undefined ? 0 : videoSilentMs + proven;
      if (!visible || stats.frames === undefined || came('frames')) frozenMs = 0;
      else if (came('video')) frozenMs += proven;
      // Without an answer the counters of before still stand; a counter that fell lost an entry, such as a pruned route.
      if (!unknown) seen = stats;

      const verdict =
        silentMs >= enough(doubted)
          ? 'silent'
          : videoSilentMs >= stallMs()
            ? 'stalled'
            : frozenMs >= stallMs()
              ? 'frozen'
              : silentMs >= SUSPICIOUS_MS
                ? 'suspicious'
                : 'well';
      const ms = verdict === 'stalled' ? videoSilentMs : verdict === 'frozen' ? frozenMs : silentMs;
      return { verdict, silentMs: ms, packet, frame };
    },
  };
}

/** Watches one connection from its first frame on. */
export type ConnectionMonitor = ReturnType<typeof createConnectionMonitor>;
