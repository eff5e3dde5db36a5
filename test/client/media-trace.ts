import { createConnectionMonitor } from '../../client/src/connection-monitor.ts';

/** A stream over a bad network. Times in milliseconds from its beginning. */
interface Trace {
  seed: number;
  lengthMs: number;
  /** Share of packets that never arrive. */
  loss: number;
  /** Each packet is delayed by up to this. */
  jitterMs: number;
  /** When the network freezes, and for how long. */
  freezes: readonly number[];
  freezeMs: number;
  /** Whether a freeze loses packets, or holds them back. */
  loses: boolean;
  frameMs?: number;
  packetsPerFrame?: number;
}

/** When the packets of a stream of 30 frames a second arrive, in order. */
export function packets(trace: Trace): number[] {
  const {
    lengthMs,
    loss,
    jitterMs,
    freezes,
    freezeMs,
    loses,
    frameMs = 1000 / 30,
    packetsPerFrame = 8,
  } = trace;
  const random = mulberry(trace.seed);
  const arrivals: number[] = [];
  for (let at = 0; at < lengthMs; at += frameMs) {
    const freeze = freezes.find((from) => at >= from && at < from + freezeMs);
    if (freeze !== undefined && loses) continue;
    const leaves = freeze === undefined ? at : freeze + freezeMs;
    for (let packet = 0; packet < packetsPerFrame; packet += 1) {
      if (random() >= loss) arrivals.push(leaves + random() * jitterMs);
    }
  }
  return arrivals.sort((a, b) => a - b);
}

/** The monitor's result, sampled like the client; on a busy machine samples come late and take long. */
export function watched(
  arrivals: readonly number[],
  lengthMs: number,
  { lateMs = 0, slowMs = 5 }: { lateMs?: number; slowMs?: number } = {},
): { condition: 'well' | 'silent' | 'stalled'; at: number; longestMs: number } {
  const random = mulberry(99);
  const monitor = createConnectionMonitor(0);
  let arrived = 0;
  let longestMs = 0;
  for (let at = 0; at < lengthMs; ) {
    at += monitor.nextSampleMs(false) + random() * lateMs;
    const askedAt = at;
    // The browser reads its counters at some moment between request and result.
    const countedAt = askedAt + random() * slowMs;
    at = askedAt + slowMs;
    while (arrived < arrivals.length && (arrivals[arrived] ?? 0) <= countedAt) arrived += 1;
    const { condition, silentMs } = monitor.sample(
      askedAt,
      at,
      { all: arrived, video: arrived, frames: arrived },
      false,
    );
    longestMs = Math.max(longestMs, silentMs);
    if (condition === 'silent' || condition === 'stalled') return { condition, at, longestMs };
  }
  return { condition: 'well', at: lengthMs, longestMs };
}

/** A small generator of numbers in [0, 1), determined by its seed. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
