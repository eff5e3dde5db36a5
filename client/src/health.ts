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
import type { Vitals } from './vitals.ts';

/** What a look finds. */
export type Verdict = 'well' | 'suspicious' | 'silent' | 'stalled';

/**
 * Tells a dead connection from a slow one. Pure but for its memory: times come in, on any one clock in milliseconds, which may jump.
 *
 * @param startedAt when media was seen to flow.
 * @param stallMs how long the video alone may be silent.
 */
export function createHealth(startedAt: number, stallMs = STALL_MS) {
  let lookedAt = startedAt;
  let silentMs = 0;
  let videoSilentMs = 0;
  let seen: Vitals = {};
  let slept = false;
  const enough = (doubted: boolean) => (doubted || slept ? DOUBTED_SILENCE_MS : SILENCE_MS);

  return {
    /** For how long nothing has come, as far as it is proven. */
    silentMs: () => silentMs,

    /** When to look again, in milliseconds from now: sooner where the silence is about to be long enough. */
    nextLookMs(doubted: boolean): number {
      return Math.min(LOOK_EVERY_MS, Math.max(LOOK_SOON_MS, enough(doubted) - silentMs));
    },

    /**
     * @param askedAt when the vitals were asked for, @param gotAt when they came: packets may have come until then, so a slow
     * answer proves no silence.
     * @param doubted the browser doubts the connection; without any counters its word alone decides.
     */
    look(askedAt: number, gotAt: number, vitals: Vitals, doubted: boolean): Verdict {
      const proven = Math.min(MOST_PROVEN_MS, Math.max(0, askedAt - lookedAt));
      slept ||= askedAt - lookedAt > CONSENT_MS;
      const came = (name: 'all' | 'video') => (vitals[name] ?? 0) > (seen[name] ?? 0);
      const unknown = vitals.all === undefined;
      const alive = came('all') || (unknown && !doubted);
      silentMs = alive ? 0 : silentMs + proven;
      lookedAt = alive ? gotAt : askedAt;
      if (came('all')) slept = false;
      videoSilentMs = came('video') || vitals.video === undefined ? 0 : videoSilentMs + proven;
      // Without an answer the counters of before still stand; a counter that fell lost an entry, such as a pruned route.
      if (!unknown) seen = vitals;

      if (silentMs >= enough(doubted)) return 'silent';
      if (videoSilentMs >= stallMs) return 'stalled';
      return silentMs >= SUSPICIOUS_MS ? 'suspicious' : 'well';
    },
  };
}
