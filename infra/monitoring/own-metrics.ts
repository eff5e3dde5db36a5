/** The metrics that our functions publish, by function name. `Requests` also has the dimension `outcome`. */

import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  METRICS_NAMESPACE,
  OPERATOR_USE_METRICS,
  type OperatorUse,
  type Outcome,
  type OwnMetric,
  SERVICE_NAME,
} from '../../contract/metrics.ts';

/** What operators do and the audit table records, and how a legend calls it. */
const operatorUseLabels: Record<OperatorUse, string> = {
  adminShell: 'requested an admin shell',
  terminate: 'requested the end of a session',
  export: "requested a session's files",
  forget: "requested to delete a player's records",
  brake: 'paused new sessions, or ended the pause',
};

/**
 * An alarm about all players needs this many different players within an hour. One player, or two who know each other, must not
 * raise it.
 */
export const SEVERAL_PLAYERS = 3;

export interface OwnMetricOptions {
  readonly statistic: string;
  /** In minutes; 1 when left out. */
  readonly minutes?: number;
  readonly label?: string;
  /** Required for `Requests`; other metrics have no outcome. */
  readonly outcome?: Outcome;
}

export function ownMetric(
  { functionName }: IFunction,
  metricName: OwnMetric,
  { statistic, minutes = 1, label, outcome }: OwnMetricOptions,
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    // By function name, because an account may hold several deployments.
    dimensionsMap: {
      service: SERVICE_NAME,
      FunctionName: functionName,
      ...(outcome === undefined ? {} : { outcome }),
    },
    statistic,
    period: Duration.minutes(minutes),
    ...(label === undefined ? {} : { label }),
  });
}

/** One line for each outcome that the function has had lately. */
export function requestsByOutcome({ functionName }: IFunction): MathExpression {
  const schema = `{${METRICS_NAMESPACE},FunctionName,outcome,service}`;
  return new MathExpression({
    expression: `SEARCH('${schema} MetricName="Requests" FunctionName="${functionName}"', 'Sum', 60)`,
    // A dynamic label of CloudWatch: the line's own outcome.
    label: `\${PROP('Dim.outcome')}`,
    period: Duration.minutes(1),
  });
}

/** Uses by operators, of every deployment in the account: their functions are in another stack. */
export function operatorUses(): MathExpression[] {
  return (Object.keys(operatorUseLabels) as OperatorUse[]).map(
    (use) =>
      new MathExpression({
        expression: `SEARCH('{${METRICS_NAMESPACE},FunctionName,service} MetricName="${OPERATOR_USE_METRICS[use]}"', 'Sum', 60)`,
        label: operatorUseLabels[use],
        period: Duration.minutes(1),
      }),
  );
}

/**
 * The sum of one metric over several functions. A function that has not run yet has no data, and must not hide the data of the
 * others.
 *
 * @param options.filled a period without data counts as 0. An alarm over several periods needs this: without it the alarm looks
 * further back for as many data points as it needs. DynamoDB metrics need it too: without data their alarms keep the last state
 * (PutMetricAlarm, TreatMissingData).
 */
export function sumOf(
  metrics: readonly Metric[],
  { label, filled = false }: { readonly label?: string; readonly filled?: boolean } = {},
): MathExpression {
  // Ids are unique in a graph, also across its sums.
  const named = metrics.map((metric, at) => [`sum${metric.metricName}${at}`, metric] as const);
  return new MathExpression({
    expression: `SUM([${named.map(([id]) => (filled ? `FILL(${id}, 0)` : id)).join(', ')}])`,
    usingMetrics: Object.fromEntries(named),
    period: metrics[0]?.period ?? Duration.minutes(1),
    ...(label === undefined ? {} : { label }),
  });
}
