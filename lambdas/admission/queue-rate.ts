import type { QueueState } from './queue-state.ts';

/** The bounds of the no-shows that may be measured. */
const OVERFLOW_SHARE_LEAST = 0.1;
const OVERFLOW_SHARE_MOST = 0.6;
/** How much of a window's finding is believed. */
const SMOOTHING = 0.15;
/** How long calls are counted before a rate is judged by them. */
const WINDOW_MS = 2000;
/** A window in which AWS throttled a smaller part than this is noise. */
const REFUSED_PART = 0.05;
/** The most that a rate falls in one window, and the least part of the quota it falls to. */
const FALL = 0.7;
const LEAST_RATE = 0.25;
/** The same for status lookups, which nobody waits for. */
const LEAST_LOOKUP_RATE = 0.02;
/** A window with fewer calls than this part of the rate does not show what AWS grants. */
const REQUESTED_PART = 0.5;
/** AWS takes the whole rate when it takes this part of it in a window; the rest is noise. */
const ENOUGH = 0.9;
/** A little more is tried than AWS took, or the rate could only ever fall. */
const PROBE = 1.05;
/**
 * The part of the quota by which a lowered rate grows back in the first second, and the milliseconds in which that doubles:
 * slowly beside another caller who keeps using the quota, soon after a short disturbance.
 */
const RISE = 0.02;
const RISE_DOUBLES_MS = 10_000;
/** Calls that are counted a second and item, at most; of more, a sample is. */
const COUNTED_PER_SECOND = 25;

/** The rate now: one that was lowered grows back to the quota by itself, slowly and without a write. */
export function currentRate({ rate, changedAt }: QueueState, quota: number, now: number): number {
  const since = Math.max(0, now - changedAt);
  return Math.min(quota, rate + ((quota * RISE * since) / 1000) * (1 + since / RISE_DOUBLES_MS));
}

/** How many calls one counted call stands for: all are counted up to a rate, then a sample. */
export function sampleWeight(quota: number): number {
  return Math.max(1, quota / COUNTED_PER_SECOND);
}

/**
 * What the calls of a full window change, or null before it is full. If AWS throttled although tickets were given, and took
 * less than the rate, then others use the quota too: the rate goes down to what AWS took. In a full first queue every place
 * has a ticket: the part without a call is the part of players who did not come.
 */
export function windowResult(
  state: QueueState,
  quota: number,
  now: number,
): Pick<
  QueueState,
  'rate' | 'changedAt' | 'overflowShare' | 'taken' | 'refused' | 'shown' | 'windowAt'
> | null {
  const elapsed = now - state.windowAt;
  if (elapsed < WINDOW_MS) return null;
  const before = currentRate(state, quota, now);
  const took = (state.taken * 1000) / elapsed;
  const requested = state.taken + state.refused;
  const others =
    state.refused > REFUSED_PART * requested &&
    took <= ENOUGH * before &&
    requested * 1000 >= REQUESTED_PART * before * elapsed;
  const lowered = Math.min(before, Math.max(took * PROBE, before * FALL, quota * LEAST_RATE));
  return {
    ...(others ? { rate: lowered, changedAt: now } : { rate: state.rate, changedAt: state.changedAt }),
    overflowShare:
      state.nextFreeAt > now
        ? nextOverflowShare(state, (state.shown * 1000) / elapsed / before)
        : state.overflowShare,
    taken: 0,
    refused: 0,
    shown: 0,
    windowAt: now,
  };
}

/** @param shown the part of the first queue's places that were used in a window; a few dozen calls, so it is smoothed. */
function nextOverflowShare({ overflowShare }: QueueState, shown: number): number {
  const part = Math.min(1, Math.max(shown, 1 / (1 + OVERFLOW_SHARE_MOST)));
  const fits = (1 - part) / part;
  const next = overflowShare + SMOOTHING * (fits - overflowShare);
  return Math.min(OVERFLOW_SHARE_MOST, Math.max(OVERFLOW_SHARE_LEAST, next));
}

/** The rate after AWS throttled a call that nobody waits for: at most a second's falls in a second. */
export function slowedRate(state: QueueState, quota: number, now: number): number {
  return Math.max(quota * LEAST_LOOKUP_RATE, currentRate(state, quota, now) * FALL);
}
