import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ANSWER_METRICS, type AnswerMetric } from '../../contract/metrics.ts';
import type { RouteName } from '../../contract/routes.ts';
import type { SliOutcome } from '../problems/problems.ts';
import type { RequestMetrics } from './request-metrics.ts';

/** By the function's name, since an account may hold several deployments. A player's data is never a dimension. */
const defaultDimensions = { FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown' };
export const metrics = new Metrics({ defaultDimensions });
/** On lines of their own: as a dimension of all other metrics the outcome would multiply them. Made once, as making one reads the environment. */
const requests = new Metrics({ defaultDimensions, singleMetric: true });

/** One answered request, as the metrics count it. */
export interface AnsweredRequest {
  /** The status such as `201`, or a problem's code. */
  outcome: string;
  sliOutcome: SliOutcome;
  /** The answer was given before. */
  replayed: boolean;
  milliseconds: number;
  /** The wait for a ticket that the answer names, in milliseconds. */
  waitMs?: number | undefined;
  /** The place in the queue that the answer names. */
  queuePosition?: number | undefined;
}

/** Whether the metric `Failed` counts the route's failures, so that alarms depend on them. */
export function countsFailures(route: RouteName): boolean {
  return ANSWER_METRICS[route].metrics.includes('Failed');
}

/** Whether a denied call of the table was counted since the last answer. A function answers one request at a time. */
let isDenialCounted = false;

/** Counts one answered request of a route. Rare events are sent only where they happened. */
export function countAnswer(route: RouteName, answered: AnsweredRequest, spent: RequestMetrics): void {
  const { outcome, sliOutcome, replayed, milliseconds, waitMs = 0, queuePosition = 0 } = answered;
  const { awsMs, waitedMs, lookups, failedLookups, unstableConnection, throttles, denials, imported } = spent;
  const { failedPlayers, unstablePlayers, noticeMs, felt } = spent;
  const { outcomes, metrics: names } = ANSWER_METRICS[route];
  if (outcomes === 'all' || outcomes.some((each) => each === outcome)) {
    requests.addDimension('outcome', outcome).addMetric('Requests', MetricUnit.Count, 1);
  }
  const add = (name: AnswerMetric, value: number, unit: keyof typeof MetricUnit = 'Count') => {
    if (names.includes(name)) metrics.addMetric(name, MetricUnit[unit], value);
  };
  const time = (name: AnswerMetric, value: number) => add(name, Math.round(value), 'Milliseconds');
  // A refusal by the rules is quick, and would make slow answers look quick.
  if (sliOutcome !== 'excluded') {
    time('AnswerTime', milliseconds);
    time('OwnTime', Math.max(0, milliseconds - awsMs - waitedMs));
    if (awsMs > 0) time('AwsTime', awsMs);
    // Its average is the part of failures, its sample count the requests that could have failed.
    add('Failed', sliOutcome === 'failure' ? 1 : 0);
  }
  if (waitedMs + waitMs > 0) time('PacerWait', waitedMs + waitMs);
  if (noticeMs !== undefined) time('NoticeTime', noticeMs);
  // A player's word: for the dashboard, never for an alarm.
  if (felt === 'neverBack') add('NeverBack', 1);
  else if (felt === 'left') add('LeftWhileLost', 1);
  else if (felt) time('BackAfter', felt.backAfterMs);
  if (lookups > 0) add('LooksFailed', failedLookups / lookups);
  if (queuePosition > 0) add('PacerQueue', queuePosition);
  if (failedPlayers > 0) add('PlayersFailed', failedPlayers);
  if (unstableConnection === 'counted') add('Relapses', 1);
  if (unstablePlayers > 0) add('PlayersRelapsed', unstablePlayers);
  if (throttles > 0) add('Throttles', throttles);
  if (replayed) add('Replays', 1);
  if (imported > 0) add('Adopted', imported);
  if (!isDenialCounted && (outcome === 'broker_misconfigured' || denials > 0)) {
    metrics.addMetric('Misconfigured', MetricUnit.Count, 1);
  }
  isDenialCounted = false;
}

/** Counts at once, on a line of its own, that the table denied a call: the answer may not show it. Once a request. */
export function countDeniedTable(): void {
  if (isDenialCounted) return;
  isDenialCounted = true;
  metrics.singleMetric().addMetric('Misconfigured', MetricUnit.Count, 1);
}

/** Writes the metrics, if there are any. */
export function publish(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
}
