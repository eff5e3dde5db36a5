import type { Network } from './network.ts';

export type Direction = 'toClient' | 'toGame';

/** Decides the fate of each packet on a bad network. */
export interface Shaper {
  /**
   * @param bytes the packet's size
   * @param now milliseconds of one clock that never goes back
   * @returns when the packet arrives, or undefined when it never does
   */
  arrivalOf(direction: Direction, bytes: number, now: number): number | undefined;
}

/** A router's buffer before a slow link: a packet that would wait longer is lost. */
const QUEUE_MS = 1_000;
/** How long one level of jitter lasts where packets stay in order: a random time between the two. */
const JITTER_SPAN_MS = [50, 350] as const;

/** One direction through the network, with the state that earlier packets leave. */
function createDirection(network: Network, random: () => number) {
  const { lossPercent, delayMs, jitterMs, reorder, rateKbps } = network;
  let linkFreeAt = 0;
  let last = 0;
  let level = { extraMs: 0, until: 0 };

  // With a new jitter for each packet in order, all would take nearly the maximum. On a real network jitter comes in waves.
  const wave = (now: number) => {
    if (now < level.until) return level.extraMs;
    const [shortest, longest] = JITTER_SPAN_MS;
    level = { extraMs: random() * jitterMs, until: now + shortest + random() * (longest - shortest) };
    return level.extraMs;
  };

  return (bytes: number, now: number): number | undefined => {
    if (random() * 100 < lossPercent) return undefined;
    let at = now;
    if (rateKbps !== undefined) {
      const sentAt = Math.max(now, linkFreeAt) + (bytes * 8) / rateKbps;
      if (sentAt - now > QUEUE_MS) return undefined;
      linkFreeAt = sentAt;
      at = sentAt;
    }
    at += delayMs + (reorder ? random() * jitterMs : wave(now));
    if (reorder) return at;
    last = Math.max(last, at);
    return last;
  };
}

/**
 * A network's behaviour from `startedAt` on. A freeze stops both directions; the first one ends `everyMs` after the start.
 * @param random numbers from 0 to below 1
 */
export function createShaper(
  network: Network,
  startedAt: number,
  random: () => number = Math.random,
): Shaper {
  const directions = { toClient: createDirection(network, random), toGame: createDirection(network, random) };
  const { freeze } = network;

  /** When a packet due at `at` gets through; undefined when it is lost in a freeze. */
  const thawed = (at: number): number | undefined => {
    if (!freeze) return at;
    const { everyMs, forMs, packets } = freeze;
    const into = (at - startedAt) % everyMs;
    if (into < everyMs - forMs) return at;
    return packets === 'lost' ? undefined : at - into + everyMs;
  };
  return {
    arrivalOf: (direction, bytes, now) => {
      const at = directions[direction](bytes, now);
      return at === undefined ? undefined : thawed(at);
    },
  };
}
