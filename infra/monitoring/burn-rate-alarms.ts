/**
 * An error budget that is burnt fast or slowly, as in the Site Reliability Workbook's "Alerting on SLOs": a long window
 * shows that it matters, a short one that it still goes on.
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
import { type AlarmContext, atLeast, described, tell } from './alarm.ts';
import { ownMetric, SEVERAL_PLAYERS } from './own-metrics.ts';

/** How many times faster than it lasts a budget is spent, in both windows; minutes. */
export const burns = [
  { how: 'Fast', times: 14.4, windows: [60, 5] },
  { how: 'Slowly', times: 6, windows: [360, 30] },
] as const;

/**
 * From which part of failures on a budget burns so many times too fast. Every objective that the settings allow leaves it
 * between 0, which nothing is below, and 1, which nothing is above.
 *
 * @param objective the part of the reconnects that must succeed
 */
export function burnThreshold(times: number, objective: number): number {
  return Number((times * (1 - objective)).toFixed(6));
}

/** `0.144` as people say it: 14.4 of 100. */
const ofHundred = (part: number) => `${Number((100 * part).toFixed(4))} of 100`;

/**
 * Those that ring; the parts that each is made of don't.
 *
 * @param what fails, as in the alarms' names
 * @param counting the function that counts it
 */
export function burnAlarms(
  bell: AlarmContext,
  what: 'Reconnects' | 'Starts',
  counting: IFunction,
  { reconnectObjective, leastAnswers }: Settings['alarms'],
): AlarmBase[] {
  return burns.map(({ how, times, windows }) => {
    const name = `${what}Failing${how}`;
    const threshold = burnThreshold(times, reconnectObjective);
    const parts = windows.map((minutes, at) => {
      // The long window says that it matters: to several players. The short one only says that it still goes on.
      const isLong = at === 0;
      const failing = isLong ? `IF(FILL(players, 0) >= ${SEVERAL_PLAYERS}, failed, 0)` : 'failed';
      const failures = new MathExpression({
        // Of fewer answers a single player's bad luck would look like an outage.
        expression: `IF(answered >= ${leastAnswers}, ${failing}, 0)`,
        usingMetrics: {
          answered: ownMetric(counting, 'Failed', { statistic: 'SampleCount', minutes }),
          failed: ownMetric(counting, 'Failed', { statistic: 'Average', minutes }),
          ...(isLong
            ? { players: ownMetric(counting, 'PlayersFailed', { statistic: 'Maximum', minutes }) }
            : {}),
        },
        period: Duration.minutes(minutes),
      });
      return failures.createAlarm(bell.scope, `${name}Within${minutes}Minutes`, {
        ...atLeast,
        alarmDescription: `A part of ${name}, which rings; this one does not.`,
        threshold,
        evaluationPeriods: 1,
      });
    });
    const means = `${what.toLowerCase()} fail so often that a month's error budget is spent ${times} times too fast: at least ${ofHundred(threshold)}, where ${ofHundred(1 - reconnectObjective)} may, and ${SEVERAL_PLAYERS} players or more within an hour`;
    const alarm = new CompositeAlarm(bell.scope, name, {
      alarmDescription: described(bell, name, means),
      alarmRule: AlarmRule.allOf(...parts.map((part) => AlarmRule.fromAlarm(part, AlarmState.ALARM))),
    });
    tell(bell, alarm);
    return alarm;
  });
}
