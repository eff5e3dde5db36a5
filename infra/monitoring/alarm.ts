/** Creates alarms. The description starts with the name; then it says what has happened, and where to read on. */
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

/** What the alarms of one API share. */
export interface AlarmContext {
  readonly scope: Construct;
  readonly actions: readonly IAlarmAction[];
  /** The page that has a chapter for each alarm, under its name. */
  readonly runbook: 'docs/runbook.md' | 'docs/operator.md';
}

/** Without data, which means that nobody plays, the alarm is OK. */
export const alarmDefaults = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

/** The description of an alarm. @param means what has happened, without a full stop */
export function descriptionOf(
  { runbook }: Pick<AlarmContext, 'runbook'>,
  name: string,
  means: string,
): string {
  return `${name}: ${means}. See ${runbook}#${name.toLowerCase()}`;
}

/** Makes an alarm notify when it starts and when it ends, so that an incident resolves by itself. */
export function addActions({ actions }: Pick<AlarmContext, 'actions'>, alarm: AlarmBase): void {
  alarm.addAlarmAction(...actions);
  alarm.addOkAction(...actions);
}

/**
 * `wanted` breaching periods raise the alarm. It evaluates one period more: the newest data can arrive late, FILL makes it 0,
 * and a row without a gap would never occur (CloudWatch User Guide, FILL).
 */
export function sustained(wanted: number, threshold: number) {
  return { threshold, datapointsToAlarm: wanted, evaluationPeriods: wanted + 1 };
}

type AlarmEvaluation = Pick<
  CreateAlarmOptions,
  'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData'
>;

function newAlarm(
  context: AlarmContext,
  name: string,
  means: string,
  metric: IMetric,
  evaluation: AlarmEvaluation,
): Alarm {
  const alarmDescription = descriptionOf(context, name, means);
  return new Alarm(context.scope, name, { ...alarmDefaults, ...evaluation, metric, alarmDescription });
}

/** An alarm that notifies when it starts and when it ends. */
export function createAlarm(
  context: AlarmContext,
  name: string,
  means: string,
  metric: IMetric,
  evaluation: AlarmEvaluation,
): Alarm {
  const alarm = newAlarm(context, name, means, metric, evaluation);
  addActions(context, alarm);
  return alarm;
}

/**
 * An alarm about an event. An event has no end, so the alarm does not notify when it returns to OK. Further events while it is
 * in alarm send no second notification.
 */
export function createEventAlarm(context: AlarmContext, name: string, means: string, metric: IMetric): Alarm {
  const alarm = newAlarm(context, name, means, metric, { threshold: 1, evaluationPeriods: 1 });
  alarm.addAlarmAction(...context.actions);
  return alarm;
}
