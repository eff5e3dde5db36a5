/**
 * Alarms on the burn rate of an error budget, as in "Alerting on SLOs" of the Site Reliability Workbook. A long window shows
 * that the failures matter; a short one shows that they continue.
 */
import { Duration } from 'aws-cdk-lib';
import {
  type AlarmBase,
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Settings } from '../settings/settings.ts';
import { type AlarmContext, addActions, alarmDefaults, descriptionOf } from './alarm.ts';
import { ownMetric, SEVERAL_PLAYERS } from './own-metrics.ts';

/**
 * `factor` is how many times faster than planned the budget is spent, in both windows. `windows` are in minutes. `suffix` is
 * the end of the alarm's name.
 */
export const burnRates = [
  { suffix: 'Fast', factor: 14.4, windows: [60, 5] },
  { suffix: 'Slowly', factor: 6, windows: [360, 30] },
] as const;

/**
 * The failure ratio at which a budget burns `factor` times too fast. For every objective that the settings allow it lies
 * between 0 and 1. At 0 the alarm would always fire; above 1 it could never fire.
 *
 * @param objective the ratio of reconnects that must succeed
 */
export function burnThreshold(factor: number, objective: number): number {
  return Number((factor * (1 - objective)).toFixed(6));
}

/** `0.144` as text: 14.4 %. */
const percent = (ratio: number) => `${Number((100 * ratio).toFixed(4))} %`;
/** Minutes as text: 5 minutes, hour, 6 hours. */
const span = (minutes: number) =>
  minutes < 60 ? `${minutes} minutes` : minutes === 60 ? 'hour' : `${minutes / 60} hours`;

/**
 * @param what fails, as in the names of the alarms
 * @param fn the function that publishes the metrics
 * @returns the composite alarms, which notify; the alarms that they are made of do not
 */
export function burnRateAlarms(
  context: AlarmContext,
  what: 'Reconnects' | 'Starts',
  fn: IFunction,
  { reconnectObjective, leastAnswers }: Settings['alarms'],
): AlarmBase[] {
  return burnRates.map(({ suffix, factor, windows }) => {
    const name = `${what}Failing${suffix}`;
    const threshold = burnThreshold(factor, reconnectObjective);
    const parts = windows.map((minutes, at) => {
      // The long window shows that several players are affected. The short one shows only that the failures continue.
      const isLongWindow = at === 0;
      const failing = isLongWindow ? `IF(FILL(players, 0) >= ${SEVERAL_PLAYERS}, failed, 0)` : 'failed';
      const failures = new MathExpression({
        // With fewer responses, one unlucky player would look like an outage.
        expression: `IF(answered >= ${leastAnswers}, ${failing}, 0)`,
        usingMetrics: {
          answered: ownMetric(fn, 'Failed', { statistic: 'SampleCount', minutes }),
          failed: ownMetric(fn, 'Failed', { statistic: 'Average', minutes }),
          ...(isLongWindow
            ? { players: ownMetric(fn, 'PlayersFailed', { statistic: 'Maximum', minutes }) }
            : {}),
        },
        period: Duration.minutes(minutes),
      });
      return failures.createAlarm(context.scope, `${name}Within${minutes}Minutes`, {
        ...alarmDefaults,
        // Both halves stand in CloudWatch's list of alarms, where one alone says nothing.
        alarmName: `${context.prefix}/${name}/half-${minutes}-minutes`,
        alarmDescription: `Half of ${name}, for the last ${span(minutes)}. This alarm sends no notification. ${name} sends one when both halves are in alarm.`,
        threshold,
        evaluationPeriods: 1,
      });
    });
    const [long, short] = windows;
    const means = `${percent(threshold)} or more of the ${what.toLowerCase()} fail; ${percent(1 - reconnectObjective)} is allowed. This was true over the last ${span(long)} and over the last ${span(short)}, and ${SEVERAL_PLAYERS} or more players were affected within an hour.`;
    const alarm = new CompositeAlarm(context.scope, name, {
      compositeAlarmName: `${context.prefix}/${name}`,
      alarmDescription: descriptionOf(context, name, means),
      alarmRule: AlarmRule.allOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
    addActions(context, alarm);
    return alarm;
  });
}
