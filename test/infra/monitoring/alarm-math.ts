/** Evaluates an alarm of a template as CloudWatch would, for the few functions that ours use. */

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
type AlarmProperties = any;

/** What was counted in one period, by the ids in the alarm's expression; absent where nothing was. */
export type Counted = Readonly<Record<string, number>>;

/** The value that the alarm compares for one period; undefined where the expression has none. */
export function valueAt({ Metrics }: AlarmProperties, counted: Counted): number | undefined {
  const [{ Expression }] = Metrics.filter(({ Expression: text }: { Expression?: string }) => text);
  const ids: string[] = Metrics.flatMap(({ MetricStat, Id }: AlarmProperties) => (MetricStat ? [Id] : []));
  const missing = Object.keys(counted).filter((id) => !ids.includes(id));
  if (missing.length > 0) throw new Error(`${missing} is not in ${Expression}`);
  // A comparison or a division with nothing is nothing; a branch that is not taken does not matter.
  const text = Expression.replaceAll(/FILL\((\w+), (\d+)\)/g, '($1 ?? $2)');
  const run = new Function('IF', 'SUM', ...ids, `return ${text}`);
  const value = run(
    (condition: boolean, yes: number, no: number) => (condition ? yes : no),
    (values: (number | undefined)[]) => {
      const there = values.filter((each) => each !== undefined);
      return there.length === 0 ? undefined : there.reduce((sum, each) => sum + each, 0);
    },
    ...ids.map((id) => counted[id]),
  );
  return Number.isNaN(value) ? undefined : value;
}

/**
 * Whether the alarm stands after these periods, the newest last. A period without a value counts as it is set: as within the
 * threshold.
 */
export function rings(alarm: AlarmProperties, periods: readonly Counted[]): boolean {
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, Threshold } = alarm;
  const breaching = periods
    .slice(-EvaluationPeriods)
    .filter((counted) => (valueAt(alarm, counted) ?? Number.NEGATIVE_INFINITY) >= Threshold);
  return breaching.length >= DatapointsToAlarm;
}
