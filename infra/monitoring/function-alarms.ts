/** What is wrong with functions whoever calls them: they may not do what they have to, they die, or Lambda holds them back. */
import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmContext, ringing } from './alarm.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

export interface FunctionAlarmsProps {
  /** Before each alarm's name, where another API has alarms of the same kind. */
  readonly prefix?: 'Operator';
  /** Whose functions, as the alarms say it. */
  readonly whose: string;
  /** So many deaths within five minutes ring. Lambda replaces a sandbox now and then, so of many requests one is nothing. */
  readonly deaths: number;
  /** In so many of five minutes requests must be held back. Clients repeat those, so where many ask a moment of it is nothing. */
  readonly heldMinutes: number;
}

/**
 * Three alarms for some functions together. The functions themselves are counted, not their aliases: under a function's
 * name alone Lambda counts all that ran, whichever version answered (Lambda Developer Guide, "Viewing metrics").
 */
export function functionAlarms(
  bell: AlarmContext,
  functions: readonly IFunction[],
  { prefix, whose, deaths, heldMinutes }: FunctionAlarmsProps,
): Alarm[] {
  const named = (name: string) => `${prefix ?? ''}${name}`;
  const period = Duration.minutes(5);
  return [
    ringing(
      bell,
      named('Misconfigured'),
      `AWS denied or does not accept what ${whose} ask, or they have a defect`,
      sumOf(functions.map((each) => ownMetric(each, 'Misconfigured', { statistic: 'Sum' }))),
      { threshold: 1, evaluationPeriods: 1 },
    ),
    ringing(
      bell,
      named('FunctionsDead'),
      `${whose} die instead of answering: they crash, run out of time or do not even start`,
      sumOf(functions.map((each) => each.metricErrors({ period }))),
      { threshold: deaths, evaluationPeriods: 1 },
    ),
    ringing(
      bell,
      named('FunctionsThrottled'),
      `Lambda turns requests to ${whose} away: the account's concurrency is used up`,
      sumOf(
        functions.map((each) => each.metricThrottles({ period: Duration.minutes(1) })),
        { filled: true },
      ),
      { threshold: 1, datapointsToAlarm: heldMinutes, evaluationPeriods: 5 },
    ),
  ];
}
