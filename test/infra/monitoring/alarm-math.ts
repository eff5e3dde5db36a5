/** Evaluates an alarm of a template as CloudWatch would, for the functions that our alarms use. */

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
type AlarmProperties = any;

/** The metric values of one period, by the ids in the expression of the alarm. A metric without data is absent. */
export type MetricValues = Readonly<Record<string, number>>;

/** The value that the alarm compares for one period; undefined if the expression has no data. */
export function valueAt({ Metrics }: AlarmProperties, counted: MetricValues): number | undefined {
  const [{ Expression }] = Metrics.filter(({ Expression: text }: { Expression?: string }) => text);
  const ids: string[] = Metrics.flatMap(({ MetricStat, Id }: AlarmProperties) => (MetricStat ? [Id] : []));
  const missing = Object.keys(counted).filter((id) => !ids.includes(id));
  if (missing.length > 0) throw new Error(`${missing} is not in ${Expression}`);
  // A comparison or a division without data has no result. A branch that is not taken does not matter.
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
 * Whether the alarm is in the state ALARM after these periods, the newest last. A period without data is not breaching, as our
 * alarms are set.
 */
export function isInAlarm(alarm: AlarmProperties, periods: readonly MetricValues[]): boolean {
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, Threshold } = alarm;
  const breaching = periods
    .slice(-EvaluationPeriods)
    .filter((counted) => (valueAt(alarm, counted) ?? Number.NEGATIVE_INFINITY) >= Threshold);
  return breaching.length >= DatapointsToAlarm;
}
