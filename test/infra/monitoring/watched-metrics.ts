/** Reads every metric that an alarm or a widget of a template uses. */
import { ofType, type SynthesizedTemplate, text } from '../synth.ts';

export interface WatchedMetric {
  readonly namespace: string;
  readonly name: string;
  /** A function name is written `${LogicalId}`. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** The alarm's logical id, or the widget's title. */
  readonly by: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a template is arbitrary JSON.
type Json = any;

function ofAlarms(template: SynthesizedTemplate): WatchedMetric[] {
  return ofType(template, 'AWS::CloudWatch::Alarm').flatMap(([by, { Properties }]) => {
    const metrics: Json[] = Properties.Metrics
      ? Properties.Metrics.flatMap(({ MetricStat }: Json) => (MetricStat ? [MetricStat.Metric] : []))
      : [Properties];
    return metrics.map(({ Namespace, MetricName, Dimensions }) => ({
      namespace: Namespace,
      name: MetricName,
      dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }: Json) => [Name, text(Value)])),
      by,
    }));
  });
}

/** The widgets of a template's dashboards. */
export function widgetsOf(template: SynthesizedTemplate): Json[] {
  return ofType(template, 'AWS::CloudWatch::Dashboard').flatMap(
    ([, { Properties }]) => JSON.parse(text(Properties.DashboardBody)).widgets,
  );
}

/** `SEARCH('{namespace,dimensions} MetricName="name" dimension="value"', ...)`, or without dimensions `Namespace="..."`. */
function searched(expression: string, by: string): WatchedMetric[] {
  const [, namespace = /Namespace="([^"]+)"/.exec(expression)?.[1] ?? '', keys = ''] =
    /\{([^,}]+),([^}]+)\}/.exec(expression) ?? [];
  const name = /MetricName="(\w+)"/.exec(expression)?.[1] ?? '';
  const value = (key: string) => new RegExp(`\\b${key}="([^"]+)"`).exec(expression)?.[1] ?? '*';
  const dimensions = Object.fromEntries(
    keys
      .split(',')
      .filter(Boolean)
      .map((key) => [key, value(key)]),
  );
  return [{ namespace, name, dimensions, by }];
}

function ofWidgets(template: SynthesizedTemplate): WatchedMetric[] {
  return widgetsOf(template).flatMap(({ properties: { title, metrics = [] } }) =>
    metrics.flatMap((metric: Json[]) => {
      if (typeof metric[0] === 'object') {
        const { expression = '' } = metric[0];
        return expression.startsWith('SEARCH') ? searched(expression, title) : [];
      }
      const [namespace, name, ...rest] = metric.filter((each) => typeof each === 'string');
      const dimensions = Object.fromEntries(
        Array.from({ length: rest.length / 2 }, (_, at) => [rest[2 * at], rest[2 * at + 1]]),
      );
      return [{ namespace, name, dimensions, by: title }];
    }),
  );
}

export function watchedMetrics(template: SynthesizedTemplate): WatchedMetric[] {
  return [...ofAlarms(template), ...ofWidgets(template)];
}
