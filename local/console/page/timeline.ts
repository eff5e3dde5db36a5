/** One event of a reconnect. */
export interface Moment {
  kind: 'cut' | 'noticed' | 'asked' | 'wait' | 'answered' | 'frame' | 'healed';
  label: string;
  detail?: string;
  /** Milliseconds on the page's clock. */
  at: number;
}

/** What took the time before a moment. */
export type Step = 'noticing' | 'offer' | 'waiting' | 'answer' | 'picture' | 'network';

/** A moment as the page lists it. */
export interface Row extends Moment {
  /** Milliseconds since the first moment. */
  sinceMs: number;
  /** The step before the moment, and how many milliseconds it took; the first moment has none. */
  step?: { on: Step; ms: number };
}

/** The moments of one reconnect with their times. Repeated requests are one row with a count. */
export function rowsOf(moments: readonly Moment[]): Row[] {
  const kept = folded(moments);
  const first = kept[0]?.at ?? 0;
  return kept.map((moment, index) => {
    const before = kept[index - 1];
    const row: Row = { ...moment, sinceMs: moment.at - first };
    if (before !== undefined) row.step = { on: stepOf(before, moment), ms: moment.at - before.at };
    return row;
  });
}

function stepOf(before: Moment, { kind, detail }: Moment): Step {
  if (kind === 'noticed') return 'noticing';
  if (kind === 'frame') return 'picture';
  if (kind === 'healed') return 'network';
  // A folded row of requests has the reason of the wait as its detail.
  if (kind === 'asked') return before.kind === 'wait' || detail !== undefined ? 'waiting' : 'offer';
  return before.kind === 'answered' ? 'picture' : 'answer';
}

/** Folds requests that were refused and repeated into the last one, with the reason and the number. */
function folded(moments: readonly Moment[]): Moment[] {
  const kept: Moment[] = [];
  let repeats = 0;
  for (const moment of moments) {
    const [before, last] = kept.slice(-2);
    const again = moment.kind === 'asked' && last?.kind === 'wait' && before?.kind === 'asked';
    if (again) {
      repeats += 1;
      const detail = last.detail === undefined ? {} : { detail: last.detail };
      kept.splice(-2, 2, { ...moment, label: `${moment.label} ${repeats + 1} times`, ...detail });
    } else {
      if (moment.kind !== 'wait' && moment.kind !== 'asked') repeats = 0;
      kept.push(moment);
    }
  }
  return kept;
}
