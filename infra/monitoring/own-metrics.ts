/** Our functions' own metrics, as they write them: by the function, and of `Requests` by its outcome too. */
import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { metricsNamespace, serviceName } from '../functions/environment.ts';

/** What `lambdas/observability/telemetry.ts` counts, each under the function's name. */
export type OwnMetricName =
  | 'Requests'
  | 'Failed'
  | 'AnswerTime'
  | 'OwnTime'
  | 'AwsTime'
  | 'NoticeTime'
  | 'PacerWait'
  | 'PacerQueue'
  | 'Throttles'
  | 'Relapses'
  | 'PlayersFailed'
  | 'PlayersRelapsed'
  | 'LooksFailed'
  | 'Replays'
  | 'Adopted'
  | 'Misconfigured'
  | 'AdminShellUses'
  | 'OperatorTerminateUses';

/**
 * An alarm about everybody needs so many different players within an hour: one alone, or two who know each other, must not
 * ring it.
 */
export const SEVERAL_PLAYERS = 3;

export interface OwnMetricOptions {
  readonly statistic: string;
  /** In minutes; 1 when left out. */
  readonly minutes?: number;
  readonly label?: string;
  /** Of `Requests` only, and always there. */
  readonly outcome?: string;
}

export function ownMetric(
  { functionName }: IFunction,
  metricName: OwnMetricName,
  { statistic, minutes = 1, label, outcome }: OwnMetricOptions,
): Metric {
  return new Metric({
    namespace: metricsNamespace,
    metricName,
    // By the function's name, since an account may hold several deployments.
    dimensionsMap: {
      service: serviceName,
      FunctionName: functionName,
      ...(outcome === undefined ? {} : { outcome }),
    },
    statistic,
    period: Duration.minutes(minutes),
    ...(label === undefined ? {} : { label }),
  });
}

/** One line for each outcome that a function has answered with lately, whichever those are. */
export function requestsByOutcome({ functionName }: IFunction): MathExpression {
  const schema = `{${metricsNamespace},FunctionName,outcome,service}`;
  return new MathExpression({
    expression: `SEARCH('${schema} MetricName="Requests" FunctionName="${functionName}"', 'Sum', 60)`,
    label: '',
    period: Duration.minutes(1),
  });
}

/** Uses by operators, whose functions stand in another stack: of every deployment in the account. */
export function usesAnywhere(metricName: 'AdminShellUses' | 'OperatorTerminateUses'): MathExpression {
  return new MathExpression({
    expression: `SEARCH('{${metricsNamespace},FunctionName,service} MetricName="${metricName}"', 'Sum', 60)`,
    label: metricName,
    period: Duration.minutes(1),
  });
}

/**
 * The same metric of several functions together. One that has not run yet has none, and must not hide the others'.
 *
 * @param options.filled a time in which nothing was counted is a 0: for an alarm over several periods, which would otherwise look further
 * back for as many as it wants; and for DynamoDB's metrics, of which an alarm keeps its state where they say nothing
 * (PutMetricAlarm, TreatMissingData)
 */
export function sumOf(
  metrics: readonly Metric[],
  { label, filled = false }: { readonly label?: string; readonly filled?: boolean } = {},
): MathExpression {
  // A graph has one space of names for all its sums.
  const named = metrics.map((metric, at) => [`sum${metric.metricName}${at}`, metric] as const);
  return new MathExpression({
    expression: `SUM([${named.map(([id]) => (filled ? `FILL(${id}, 0)` : id)).join(', ')}])`,
    usingMetrics: Object.fromEntries(named),
    period: metrics[0]?.period ?? Duration.minutes(1),
    ...(label === undefined ? {} : { label }),
  });
}
