/**
 * Creates alarms. An alarm is named after its deployment and its chapter of the runbook, such as `Rejoin/NobodyGetsBack`. Its
 * description starts with the chapter. Then it says what happened, and where to read on.
 */
import { Stack } from 'aws-cdk-lib';
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
import type { Settings } from '../settings/settings.ts';

/** What the alarms of one API share. */
export interface AlarmContext {
  readonly scope: Construct;
  readonly actions: readonly IAlarmAction[];
  /** What the names of the alarms begin with, see {@link alarmPrefix}. */
  readonly prefix: string;
  /** The address of docs/runbook.md, which has a chapter for each alarm; its path in the repository without the setting. */
  readonly runbook: string;
}

/**
 * The stack's name, and the construct's path in it where the name does not end with that. An account holds an alarm's name once
 * in a Region. Neither a stack's name nor a construct's id contains a slash, so the deployments of two stacks never share one.
 *
 * @param deployment the construct whose alarms they are
 */
export function alarmPrefix(deployment: Construct): string {
  const stack = Stack.of(deployment);
  const below = deployment.node.scopes.slice(stack.node.scopes.length);
  const path = below.map(({ node }) => node.id).join('/');
  return stack.stackName.endsWith(path) ? stack.stackName : `${stack.stackName}/${path}`;
}

/** What the alarms of both APIs take from the settings. */
export function runbookOf({ runbookUrl }: Pick<Settings, 'runbookUrl'>): string {
  return runbookUrl ?? 'docs/runbook.md';
}

/** Without data, which means that nobody plays, the alarm is OK. */
export const alarmDefaults = {
  comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

/** The description of an alarm. @param means what has happened, in sentences. The address comes last, where every reader makes a link of it. */
export function descriptionOf(
  { runbook }: Pick<AlarmContext, 'runbook'>,
  name: string,
  means: string,
): string {
  return `${name}: ${means} See ${runbook}#${name.toLowerCase()}`;
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
  return new Alarm(context.scope, name, {
    ...alarmDefaults,
    ...evaluation,
    metric,
    alarmName: `${context.prefix}/${name}`,
    alarmDescription: descriptionOf(context, name, means),
  });
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
