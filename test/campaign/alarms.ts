/** Evaluates the alarms of the synthesized template over the metrics of a run: which would go off? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { RejoinStack } from '../../infra/rejoin-stack.ts';
import { isInAlarm, type MetricValues } from '../infra/monitoring/alarm-math.ts';
import { PLAYER_ROUTES } from './bundle.ts';
import { type Exchange, settingsInput } from './exchange.ts';

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
type Json = any;

const MINUTE_MS = 60_000;
/** An alarm with such a text is also about a single player: one who fails for long may set it off. */
const OFTEN_ONE = /\boften\b/;

/** One metric value, and when CloudWatch got it. */
interface Point {
  route: string;
  name: string;
  outcome: string | undefined;
  value: number;
  at: number;
}

/** The part of an exchange that alarms depend on. */
export type Counting = Pick<Exchange, 'endedAt' | 'counted'> & {
  request: Pick<Exchange['request'], 'route'>;
};

export interface Alarms {
  /** The names of the alarms that these exchanges set off. */
  ringing(exchanges: readonly Counting[]): string[];
}

function templateOfPlayerApi(): Record<string, { Type: string; Properties: Json }> {
  const outdir = mkdtempSync(join(tmpdir(), 'rejoin-campaign-'));
  try {
    const app = new App({ outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    return Template.fromStack(new RejoinStack(app, settingsInput)).toJSON().Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

function statistic(of: string, values: readonly number[]): number | undefined {
  const sum = values.reduce((total, value) => total + value, 0);
  if (of === 'SampleCount' || of === 'Sum') {
    return values.length === 0 ? undefined : of === 'Sum' ? sum : values.length;
  }
  if (values.length === 0) return undefined;
  if (of === 'Maximum') return Math.max(...values);
  if (of === 'Average') return sum / values.length;
  const [, part] = /^p(\d+)$/.exec(of) ?? [];
  if (part === undefined) throw new Error(`The campaign knows no statistic ${of}.`);
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((Number(part) / 100) * sorted.length) - 1)];
}

/** One metric of an alarm for a period that ends at `end`. */
function counted({ Metric, Period, Stat }: Json, points: readonly Point[], end: number): number | undefined {
  const dimension = (name: string) => Metric.Dimensions.find(({ Name }: Json) => Name === name)?.Value;
  const route = PLAYER_ROUTES.find((each) =>
    JSON.stringify(dimension('FunctionName')).includes(`Rejoin${each}`),
  );
  const outcome = dimension('outcome');
  const values = points
    .filter((point) => point.route === route && point.name === Metric.MetricName)
    .filter((point) => point.outcome === outcome && point.at <= end && point.at > end - Period * 1000)
    .map(({ value }) => value);
  return statistic(Stat, values);
}

function ringsAt(alarm: Json, points: readonly Point[], end: number): boolean {
  const stats = alarm.Metrics.filter(({ MetricStat }: Json) => MetricStat);
  const periods = Array.from({ length: alarm.EvaluationPeriods }, (_, back): MetricValues => {
    const at = end - back * stats[0].MetricStat.Period * 1000;
    const said = stats.map(({ Id, MetricStat }: Json) => [Id, counted(MetricStat, points, at)]);
    return Object.fromEntries(said.filter(([, value]: [string, unknown]) => value !== undefined));
  });
  return isInAlarm(alarm, periods.toReversed());
}

/**
 * Synthesizes the template, which takes some seconds.
 *
 * @param every includes the alarms that one player alone may set off
 */
export function playerAlarms({ every = false } = {}): Alarms {
  const resources = Object.entries(templateOfPlayerApi());
  const isOwn = ({ Metrics = [] }: Json) =>
    Metrics.some(({ MetricStat }: Json) => MetricStat) &&
    Metrics.every(({ MetricStat }: Json) => !MetricStat || MetricStat.Metric.Namespace === 'Rejoin');
  const simple = resources
    .filter(([, { Type, Properties }]) => Type === 'AWS::CloudWatch::Alarm' && isOwn(Properties))
    .map(([id, { Properties }]) => ({ id, alarm: Properties }));
  const composite = resources.flatMap(([, { Type, Properties }]) =>
    Type === 'AWS::CloudWatch::CompositeAlarm' ? [Properties] : [],
  );
  const nameOf = ({ AlarmDescription }: Json): string => AlarmDescription.split(':')[0];
  const partsOf = (rule: Json) => simple.filter(({ id }) => JSON.stringify(rule).includes(`"${id}"`));
  const ringing = [
    ...simple
      .filter(({ alarm }) => !/^Half of /.test(alarm.AlarmDescription))
      .map(({ alarm }) => ({ alarm, parts: [alarm] })),
    ...composite.map((alarm) => ({ alarm, parts: partsOf(alarm.AlarmRule).map((part) => part.alarm) })),
  ].filter(({ alarm }) => every || !OFTEN_ONE.test(alarm.AlarmDescription));

  return {
    ringing(exchanges) {
      const points = exchanges.flatMap(({ request, endedAt, counted: values }) =>
        values.map(({ name, value, outcome }) => ({
          route: request.route,
          name,
          outcome,
          value,
          at: endedAt,
        })),
      );
      const begin = Math.min(...points.map(({ at }) => at));
      const end = Math.max(...points.map(({ at }) => at)) + MINUTE_MS;
      const names = new Set<string>();
      for (let at = begin; at <= end; at += MINUTE_MS) {
        for (const { alarm, parts } of ringing) {
          if (parts.every((part) => ringsAt(part, points, at))) names.add(nameOf(alarm));
        }
      }
      return [...names];
    },
  };
}
