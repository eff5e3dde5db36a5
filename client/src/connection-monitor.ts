import type { RtcStats } from './rtc-stats.ts';
import {
  CONSENT_MS,
  DOUBTED_SILENCE_MS,
  MAX_PROVEN_MS,
  MIN_SAMPLE_GAP_MS,
  SAMPLE_EVERY_MS,
  SILENCE_MS,
  STALL_MS,
  SUSPICIOUS_MS,
} from './timing.ts';

/** What one sample shows. */
export interface MonitorSample {
  readonly condition: 'well' | 'suspicious' | 'silent' | 'stalled' | 'frozen';
  /** For how long it is proven that nothing has come, in milliseconds. Stalled: that no video has come. Frozen: that nothing was decoded. */
  readonly silentMs: number;
  /** Whether anything has come since the last sample. */
  readonly packet: boolean;
  /** Whether a frame was decoded since the last sample. Where the browser counts no frames, video packets count. */
  readonly frame: boolean;
}

/**
 * Tells a dead connection from a slow one. It reads no clock: the caller passes times in milliseconds, all from one clock, which may jump.
 *
 * @param startedAt when media began to flow.
 * @param stallMs how long the video alone may be silent, or its packets come to nothing.
 */
export function createConnectionMonitor(startedAt: number, stallMs: () => number = () => STALL_MS) {
  let sampledAt = startedAt;
  let silentMs = 0;
  let videoSilentMs = 0;
  let frozenMs = 0;
  let previous: RtcStats = {};
  let slept = false;
  const requiredSilenceMs = (doubted: boolean) => (doubted || slept ? DOUBTED_SILENCE_MS : SILENCE_MS);

  return {
    /** Milliseconds until the next sample: fewer where the silence is about to be long enough. */
    nextSampleMs(doubted: boolean): number {
      return Math.min(SAMPLE_EVERY_MS, Math.max(MIN_SAMPLE_GAP_MS, requiredSilenceMs(doubted) - silentMs));
    },

    /**
     * @param askedAt when the statistics were requested.
     * @param gotAt when they came. Packets may have come until then, so slow statistics prove no silence.
     * @param doubted whether the browser doubts the connection. Without any counters this alone decides.
     * @param visible whether the page is visible. A browser may stop decoding a hidden page's video.
     */
    sample(askedAt: number, gotAt: number, stats: RtcStats, doubted: boolean, visible = true): MonitorSample {
      const provenMs = Math.min(MAX_PROVEN_MS, Math.max(0, askedAt - sampledAt));
      slept ||= askedAt - sampledAt > CONSENT_MS;
      const grew = (name: keyof RtcStats) => (stats[name] ?? 0) > (previous[name] ?? 0);
      const unknown = stats.all === undefined;
      const packet = grew('all') || (unknown && !doubted);
      // Statistics that fail once show no frame. Where there never were any, the browser's own state counts as one.
      const frame =
        stats.frames === undefined && (!unknown || previous.all !== undefined)
          ? grew('video')
          : grew('frames') || (unknown && packet);
      silentMs = packet ? 0 : silentMs + provenMs;
      sampledAt = packet ? gotAt : askedAt;
      if (grew('all')) slept = false;
      videoSilentMs = grew('video') || stats.video === undefined ? 0 : videoSilentMs + provenMs;
      if (!visible || stats.frames === undefined || grew('frames')) frozenMs = 0;
      else if (grew('video')) frozenMs += provenMs;
      // Without statistics the earlier counters remain. A counter that fell has lost an entry, such as a pruned route.
      if (!unknown) previous = stats;

      const condition =
        silentMs >= requiredSilenceMs(doubted)
          ? 'silent'
          : videoSilentMs >= stallMs()
            ? 'stalled'
            : frozenMs >= stallMs()
              ? 'frozen'
              : silentMs >= SUSPICIOUS_MS
                ? 'suspicious'
                : 'well';
      const ms = condition === 'stalled' ? videoSilentMs : condition === 'frozen' ? frozenMs : silentMs;
      return { condition, silentMs: ms, packet, frame };
    },
  };
}

/** Watches one connection from its first frame on. */
export type ConnectionMonitor = ReturnType<typeof createConnectionMonitor>;
