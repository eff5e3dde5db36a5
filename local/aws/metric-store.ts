import * as z from 'zod';

/** A metric as CloudWatch names it. */
export interface MetricName {
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: string }[];
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

/** The newest lines with metrics that are kept. */
const MAX_LINES = 20_000;

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

/** The samples in a line. Lines that are no metrics have none. */
function samplesIn(line: string): { key: string; at: number; value: number }[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return [];
  }
  const { data } = emfSchema.safeParse(parsed);
  if (data === undefined) return [];
  const { Timestamp: at, CloudWatchMetrics } = data._aws;
  return CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = names.map((Name) => ({ Name, Value: String(data[Name]) }));
      return Metrics.flatMap(({ Name }) => {
        const key = keyOf({ Namespace, MetricName: Name, Dimensions: dimensions });
        const values = [data[Name]].flat().filter((value) => typeof value === 'number');
        return values.map((value) => ({ key, at, value }));
      });
    }),
  );
}

/** Lines are read when somebody asks: functions print many, and hardly anybody does. */
export function createMetricStore(): MetricStore {
  let lines: string[] = [];
  return {
    appendLine(line) {
      if (!line.includes('"_aws"')) return;
      lines.push(line);
      if (lines.length >= 2 * MAX_LINES) lines = lines.slice(-MAX_LINES);
    },
    statistics(metric, statistic, { fromMs, toMs, periodMs }) {
      const wanted = keyOf(metric);
      const byPeriod = new Map<number, number[]>();
      for (const { key, at, value } of lines.flatMap(samplesIn)) {
        if (key !== wanted || at < fromMs || at >= toMs) continue;
        const begin = Math.floor(at / periodMs) * periodMs;
        const values = byPeriod.get(begin) ?? [];
        values.push(value);
        byPeriod.set(begin, values);
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
