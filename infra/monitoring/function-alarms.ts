/** Alarms for functions of any API: AWS denies their calls, they crash, or Lambda throttles them. */
import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { type AlarmContext, createAlarm } from './alarm.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

export interface FunctionAlarmsProps {
  /** Prefix of the alarm names, if another API has alarms of the same kind. */
  readonly prefix?: 'Operator';
  /** The API as the alarm descriptions name it. */
  readonly api: 'player API' | 'operator API';
  /**
   * Errors within five minutes that raise the alarm. Lambda replaces a sandbox now and then, so among many requests one error
   * means nothing.
   */
  readonly errorThreshold: number;
  /**
   * Minutes with throttles, of five, that raise the alarm. Clients retry, so among many requests a short moment means nothing.
   */
  readonly throttledMinutes: number;
}

/**
 * Three alarms for several functions together. They use the metrics of the functions, not of their aliases: under the function
 * name alone Lambda counts the invocations of all versions (Lambda Developer Guide, "Viewing metrics").
 */
export function functionAlarms(
  context: AlarmContext,
  functions: readonly IFunction[],
  { prefix, api, errorThreshold, throttledMinutes }: FunctionAlarmsProps,
): Alarm[] {
  const alarmName = (name: string) => `${prefix ?? ''}${name}`;
  const period = Duration.minutes(5);
  return [
    createAlarm(
      context,
      alarmName('Misconfigured'),
      `AWS denied or rejected a call of the ${api}'s functions, or a function has a defect. Somebody must fix this.`,
      sumOf(functions.map((each) => ownMetric(each, 'Misconfigured', { statistic: 'Sum' }))),
      { threshold: 1, evaluationPeriods: 1 },
    ),
    createAlarm(
      context,
      alarmName('FunctionsDead'),
      `${errorThreshold === 1 ? 'A' : `${errorThreshold} or more times within 5 minutes, a`} function of the ${api} ended without an answer: it crashed, ran out of time, or did not start.`,
      sumOf(functions.map((each) => each.metricErrors({ period }))),
      { threshold: errorThreshold, evaluationPeriods: 1 },
    ),
    createAlarm(
      context,
      alarmName('FunctionsThrottled'),
      `In ${throttledMinutes} of the last 5 minutes, Lambda refused requests to the ${api}: the account's concurrency is used up.`,
      sumOf(
        functions.map((each) => each.metricThrottles({ period: Duration.minutes(1) })),
        { filled: true },
      ),
      { threshold: 1, datapointsToAlarm: throttledMinutes, evaluationPeriods: 5 },
    ),
  ];
}
