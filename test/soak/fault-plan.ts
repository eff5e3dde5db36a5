import { chanceOf, wholeOf } from '../campaign/chance.ts';

/** A fault of the plan: what fails, and for how many milliseconds where it lasts. */
export type PlannedFault =
  | { kind: 'cut'; of: 'players' | 'table'; share: number }
  | { kind: 'stall'; of: 'players' | 'table'; ms: number }
  | { kind: 'deafen'; of: 'table'; ms: number }
  | { kind: 'kill'; which: number }
  | { kind: 'freeze'; which: number; ms: number }
  | { kind: 'aws'; fault: { operation: string; kind: string; count: number; milliseconds?: number } }
  | { kind: 'awsChoice'; settings: Record<string, unknown> };

export interface PlannedMoment {
  /** Milliseconds since the players began. */
  at: number;
  fault: PlannedFault;
}

/** Draws numbers for one moment of a stream of faults. */
interface Draw {
  chance(purpose: string): number;
  whole(least: number, most: number, purpose: string): number;
  one<const T>(of: readonly [T, ...T[]], purpose: string): T;
}

/** A stream of faults: the gap before each, in milliseconds, and what fails. */
interface Stream {
  gapMs: readonly [number, number];
  next(draw: Draw): PlannedFault;
}

const OPERATIONS = [
  '*',
  'StartStreamSession',
  'CreateStreamSessionConnection',
  'CreateStreamSessionConnection',
  'GetStreamSession',
  'TerminateStreamSession',
] as const;

/** Longer than any function may run: the frozen one is ended by its time-out. */
const BEYOND_TIMEOUT_MS = 20_000;

const STREAMS: Record<string, Stream> = {
  players: {
    gapMs: [1500, 5000],
    next: (draw) =>
      draw.chance('kind') < 0.6
        ? { kind: 'cut', of: 'players', share: 0.1 + 0.9 * draw.chance('share') }
        : { kind: 'stall', of: 'players', ms: draw.whole(200, 2500, 'ms') },
  },
  table: {
    gapMs: [2500, 8000],
    next: (draw) => {
      const kind = draw.one(['cut', 'stall', 'deafen'], 'kind');
      if (kind === 'cut') return { kind, of: 'table', share: 0.2 + 0.8 * draw.chance('share') };
      return { kind, of: 'table', ms: draw.whole(200, 3000, 'ms') };
    },
  },
  functions: {
    gapMs: [800, 3500],
    next: (draw) => {
      const which = draw.chance('which');
      const kind = draw.chance('kind');
      if (kind < 0.5) return { kind: 'kill', which };
      return { kind: 'freeze', which, ms: kind > 0.95 ? BEYOND_TIMEOUT_MS : draw.whole(100, 2000, 'ms') };
    },
  },
  aws: {
    gapMs: [1000, 4000],
    next: (draw) => {
      const kind = draw.one(
        ['throttle', 'internal', 'lostResponse', 'lostResponse', 'reset', 'latency'],
        'kind',
      );
      const fault = { operation: draw.one(OPERATIONS, 'operation'), kind, count: draw.whole(1, 4, 'count') };
      const milliseconds = draw.whole(200, 3000, 'ms');
      return { kind: 'aws', fault: kind === 'latency' ? { ...fault, milliseconds } : fault };
    },
  },
  awsChoices: {
    gapMs: [6000, 15_000],
    next: (draw) => ({
      kind: 'awsChoice',
      // What AWS does not document changes during the soak: Rejoin must be right in each case.
      settings: {
        connectWhileConnected: draw.one(['accept', 'ConflictException'], 'connected'),
        lossNoticeSeconds: draw.one([0, 0, 2], 'notice'),
        reusedOffer: draw.one(['accept', 'accept', 'ValidationException'], 'reused'),
        readySeconds: draw.one([0, 0.05, 1], 'ready'),
      },
    }),
  },
};

/** All faults of a soak, in their order. The same seed gives the same plan. */
export function faultPlan(seed: number, wholeMs: number): PlannedMoment[] {
  return Object.entries(STREAMS)
    .flatMap(([name, { gapMs, next }]) => {
      const moments: PlannedMoment[] = [];
      for (let at = 0, number = 0; ; number++) {
        const draw: Draw = {
          chance: (purpose) => chanceOf(seed, name, number, purpose),
          whole: (least, most, purpose) => wholeOf(least, most, seed, name, number, purpose),
          one: (of, purpose) => of[wholeOf(0, of.length - 1, seed, name, number, purpose)] ?? of[0],
        };
        at += draw.whole(...gapMs, 'gap');
        if (at >= wholeMs) return moments;
        moments.push({ at, fault: next(draw) });
      }
    })
    .toSorted((a, b) => a.at - b.at);
}
