/** Alarms that ring: whoever is called reads the name first, then what it means and where to go on. */
import {
  Alarm,
  type AlarmBase,
  ComparisonOperator,
  type CreateAlarmOptions,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Where the alarms of one API hang, and what they do. */
export interface AlarmContext {
  readonly scope: Construct;
  readonly actions: readonly IAlarmAction[];
  /** The page with a chapter for each of them, of its name. */
  readonly runbook: 'docs/runbook.md' | 'docs/operator.md';
}

/** An alarm is quiet where nothing is counted: nobody plays. */
export const atLeast = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

/** What an alarm says of itself. @param means what has happened, without a full stop */
export function described({ runbook }: Pick<AlarmContext, 'runbook'>, name: string, means: string): string {
  return `${name}: ${means}. See ${runbook}#${name.toLowerCase()}`;
}

/** Tells of an alarm's beginning and, so that an incident resolves by itself, of its end. */
export function tell({ actions }: Pick<AlarmContext, 'actions'>, alarm: AlarmBase): void {
  alarm.addAlarmAction(...actions);
  alarm.addOkAction(...actions);
}

/**
 * `wanted` periods of the last few. One more is looked at than must ring: what is counted a moment late would be filled with 0, and
 * a row without a gap would never come about (CloudWatch User Guide, FILL).
 */
export function sustained(wanted: number, threshold: number) {
  return { threshold, datapointsToAlarm: wanted, evaluationPeriods: wanted + 1 };
}

type When = Pick<CreateAlarmOptions, 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm'>;

function alarmOf(bell: AlarmContext, name: string, means: string, metric: IMetric, when: When): Alarm {
  const alarmDescription = described(bell, name, means);
  return new Alarm(bell.scope, name, { ...atLeast, ...when, metric, alarmDescription });
}

export function ringing(bell: AlarmContext, name: string, means: string, metric: IMetric, when: When): Alarm {
  const alarm = alarmOf(bell, name, means, metric, when);
  tell(bell, alarm);
  return alarm;
}

/** An alarm that is news: its end says nothing, so nobody hears of that. What happens while it stands is not told again. */
export function announcing(bell: AlarmContext, name: string, means: string, metric: IMetric): Alarm {
  const alarm = alarmOf(bell, name, means, metric, { threshold: 1, evaluationPeriods: 1 });
  alarm.addAlarmAction(...bell.actions);
  return alarm;
}
