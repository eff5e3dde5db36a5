/** One thing that happened on the way back. */
export interface Moment {
  kind: 'cut' | 'noticed' | 'asked' | 'wait' | 'answered' | 'frame';
  label: string;
  detail?: string;
  /** Milliseconds on the page's clock. */
  at: number;
}

/** A moment as the page lists it. */
export interface Row extends Moment {
  /** Time since the first moment, such as `+1.62 s`. */
  since: string;
}

/** The moments of one recovery with their times; waits of the same kind in a row are one row with a count. */
export function rowsOf(moments: readonly Moment[]): Row[] {
  const first = moments[0]?.at ?? 0;
  const rows: Row[] = [];
  for (const moment of folded(moments)) {
    rows.push({ ...moment, since: `+${((moment.at - first) / 1000).toFixed(2)} s` });
  }
  return rows;
}

/** Refused and asked again is one story, not twenty lines: the last request stands for all, with why and how often. */
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
