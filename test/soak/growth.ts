/** What a process held at one moment. */
export interface Sample {
  /** Milliseconds since the players began. */
  at: number;
  /** Resident memory in bytes. */
  rss: number;
  /** Open file descriptors. */
  handles: number;
}

/** A process that lived from the first fifth of the soak to the last. */
export interface Growth {
  process: string;
  rss: { start: number; end: number };
  handles: { start: number; end: number };
  /** What grew beyond its bound, in words. */
  tooMuch: string[];
}

/** Growth is judged only in a soak of at least this length. In a shorter one every process is still loading. */
export const JUDGED_FROM_MS = 180_000;

const MB = 1024 * 1024;

/**
 * How much a process may grow from the second fifth to the last. Node gives memory back late and in large pieces, so the resident memory of a
 * process without a leak still moves by some tens of megabytes. In ten minutes a function serves some hundreds of requests: a request that
 * left its 60 KB of body and answer behind would pass this bound. Handles come and go with connections; 16 is
 * less than one for each of the players.
 */
export const BOUNDS = { rssBytes: 32 * MB, rssShare: 0.25, handles: 16 } as const;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Compares the second fifth of a soak with its last one: the first fifth is for loading, and medians are no noise.
 * @returns undefined for a process that did not live from the first fifth to the last, or of a soak that is too short
 */
export function growthOf(process: string, samples: readonly Sample[], wholeMs: number): Growth | undefined {
  if (wholeMs < JUDGED_FROM_MS) return undefined;
  const fifth = (number: number) =>
    samples.filter(({ at }) => at >= (wholeMs * (number - 1)) / 5 && at <= (wholeMs * number) / 5);
  const [early, late] = [fifth(2), fifth(5)];
  // A process that began later was still loading in the second fifth.
  const isOld = samples.some(({ at }) => at < wholeMs / 5);
  if (!isOld || early.length === 0 || late.length === 0) return undefined;
  const spanOf = (name: 'rss' | 'handles') => ({
    start: median(early.map((sample) => sample[name])),
    end: median(late.map((sample) => sample[name])),
  });
  const [rss, handles] = [spanOf('rss'), spanOf('handles')];
  const allowed = Math.max(BOUNDS.rssBytes, rss.start * BOUNDS.rssShare);
  const tooMuch: string[] = [];
  if (rss.end - rss.start > allowed)
    tooMuch.push(`${process} grew by ${Math.round((rss.end - rss.start) / MB)} MB of memory`);
  if (handles.end - handles.start > BOUNDS.handles)
    tooMuch.push(`${process} has ${handles.end - handles.start} more open handles`);
  return { process, rss, handles, tooMuch };
}
