/** Alarms that ring: whoever is called reads the name first, then what it means and where to go on. */
import {
  Alarm,
  ComparisonOperator,
  type CreateAlarmOptions,
  type IAlarmAction,
  type IMetric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** Where the alarms of one API hang, and what they do. */
export interface Bell {
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
export function described({ runbook }: Pick<Bell, 'runbook'>, name: string, means: string): string {
  return `${name}: ${means}. See ${runbook}`;
}

export function ringing(
  bell: Bell,
  name: string,
  means: string,
  metric: IMetric,
  when: Pick<CreateAlarmOptions, 'threshold' | 'evaluationPeriods'>,
): Alarm {
  const alarmDescription = described(bell, name, means);
  const alarm = new Alarm(bell.scope, name, { ...atLeast, ...when, metric, alarmDescription });
  alarm.addAlarmAction(...bell.actions);
  return alarm;
}
