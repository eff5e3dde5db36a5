import * as z from 'zod';

/** A metric as CloudWatch names it. */
export interface MetricName {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
}

interface Sample {
  at: number;
  value: number;
}

/** The metrics that the functions have published. */
export interface MetricStore {
  /** Takes a line of a function's log. Lines that are no metrics do nothing. */
  appendLine(line: string): void;
  /** A statistic for each period that has data, by the period's beginning in epoch milliseconds. */
  statistics(
    metric: MetricName,
    statistic: string,
    span: { fromMs: number; toMs: number; periodMs: number },
  ): Map<number, number>;
}

/** CloudWatch's Embedded Metric Format. */
const emfSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

const MAX_SAMPLES = 100_000;

const keyOf = ({ Namespace, MetricName, Dimensions }: MetricName) =>
  JSON.stringify([
    Namespace,
    MetricName,
    ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).toSorted(),
  ]);

/** @returns undefined for a statistic that nothing here uses */
function statisticOf(statistic: string, values: readonly number[]): number | undefined {
  const sum = values.reduce((total, value) => total + value, 0);
  const percentile = /^p(\d+(?:\.\d+)?)$/.exec(statistic)?.[1];
  if (percentile !== undefined) {
    const at = Math.ceil((Number(percentile) / 100) * values.length) - 1;
    return values.toSorted((a, b) => a - b)[Math.max(0, at)];
  }
  const statistics: Record<string, number> = {
    Sum: sum,
    SampleCount: values.length,
    Average: sum / values.length,
    Minimum: Math.min(...values),
    Maximum: Math.max(...values),
  };
  return statistics[statistic];
}

export function createMetricStore(): MetricStore {
  const samples = new Map<string, Sample[]>();
  let count = 0;
  const add = (metric: MetricName, at: number, value: unknown) => {
    if (typeof value !== 'number' || count >= MAX_SAMPLES) return;
    count += 1;
    const key = keyOf(metric);
    samples.set(key, [...(samples.get(key) ?? []), { at, value }]);
  };
  return {
    appendLine(line) {
      if (!line.includes('"_aws"')) return;
      let parsed: unknown;
      try {
        parsed = JSON.parse(line);
      } catch {
        return;
      }
      const { data } = emfSchema.safeParse(parsed);
      for (const { Namespace, Dimensions, Metrics } of data?._aws.CloudWatchMetrics ?? []) {
        for (const names of Dimensions) {
          const dimensions = names.map((Name) => ({ Name, Value: String(data?.[Name]) }));
          for (const { Name } of Metrics) {
            for (const value of [data?.[Name]].flat()) {
              add({ Namespace, MetricName: Name, Dimensions: dimensions }, data?._aws.Timestamp ?? 0, value);
            }
          }
        }
      }
    },
    statistics(metric, statistic, { fromMs, toMs, periodMs }) {
      const byPeriod = new Map<number, number[]>();
      for (const { at, value } of samples.get(keyOf(metric)) ?? []) {
        if (at < fromMs || at >= toMs) continue;
        const begin = Math.floor(at / periodMs) * periodMs;
        byPeriod.set(begin, [...(byPeriod.get(begin) ?? []), value]);
      }
      return new Map(
        [...byPeriod].flatMap(([begin, values]): [number, number][] => {
          const value = statisticOf(statistic, values);
          return value === undefined ? [] : [[begin, value]];
        }),
      );
    },
  };
}
