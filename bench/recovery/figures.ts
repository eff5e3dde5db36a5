import {
  type ConditionRecoveries,
  nameOf,
  type Policy,
  policiesOf,
  type Recoveries,
  type Recovery,
} from './conditions.ts';

/** The figures of one policy for one kind of loss, in milliseconds since the loss. Null: at that rank it never happened. */
export interface Figures {
  detectMs: number | null;
  detectP95Ms: number | null;
  answerMs: number | null;
  answerP95Ms: number | null;
  frameMs: number | null;
  frameP95Ms: number | null;
  /** The slowest of all. */
  slowestMs: number | null;
  /** How many never came back. */
  never: number;
  /** How many came back over the old connection. */
  healed: number;
}

/** @param recoveries at least one */
export function figuresOf(recoveries: readonly Recovery[]): Figures {
  const at = (name: keyof Recovery, share: number) =>
    quantile(
      recoveries.map((recovery) => recovery[name] ?? null),
      share,
    );
  return {
    detectMs: at('detectMs', 0.5),
    detectP95Ms: at('detectMs', 0.95),
    answerMs: at('answerMs', 0.5),
    answerP95Ms: at('answerMs', 0.95),
    frameMs: at('frameMs', 0.5),
    frameP95Ms: at('frameMs', 0.95),
    slowestMs: at('frameMs', 1),
    never: recoveries.filter(({ frameMs }) => frameMs === null).length,
    healed: recoveries.filter(
      ({ frameMs, answerMs }) => frameMs !== null && (answerMs === undefined || answerMs > frameMs),
    ).length,
  };
}

/**
 * What `--json` prints. At the top: the figures of vanishing packets that AWS notices at once. Beside them: other permanent losses under
 * their names, the blackouts as a list, and the one-way loss.
 */
export function jsonFigures(cuts: number, recoveries: Recoveries): Record<string, unknown> {
  const printed: Record<string, unknown> = { cuts };
  const blackouts: object[] = [];
  for (const entry of recoveries) {
    const { condition } = entry;
    const name = nameOf(condition);
    if (condition.how === 'blackout') {
      const { seconds, notice: noticeSeconds } = condition;
      blackouts.push({ seconds, noticeSeconds, ...each(entry, timesAndNever) });
    } else if (condition.how === 'downlink') printed[name] = each(entry, timesAndNever);
    else if (name === 'notice0') Object.assign(printed, each(entry, steps));
    else printed[name] = each(entry, steps);
  }
  return { ...printed, ...(blackouts.length > 0 ? { blackouts } : {}) };
}

function each<T>(entry: ConditionRecoveries, print: (figures: Figures) => T): Partial<Record<Policy, T>> {
  return Object.fromEntries(
    policiesOf(entry).map(([policy, recoveries]) => [policy, print(figuresOf(recoveries))]),
  );
}

const steps = ({ detectMs, answerMs, frameMs, frameP95Ms }: Figures) => ({
  detectMs,
  answerMs,
  frameMs,
  frameP95Ms,
});

const timesAndNever = ({ frameMs, frameP95Ms, never }: Figures) => ({ frameMs, frameP95Ms, never });

/** The nearest rank, in whole milliseconds. A value that is missing counts as later than all others. */
function quantile(values: readonly (number | null)[], share: number): number | null {
  const sorted = values.map((value) => value ?? Infinity).sort((one, other) => one - other);
  const found = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Infinity;
  return found === Infinity ? null : Math.round(found);
}
