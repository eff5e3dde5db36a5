/** Rings whenever an operator reaches into a session: that should never come as a surprise. */
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { alarmActions } from './alarm-topic.ts';
import { ownMetric } from './own-metrics.ts';

/** The uses that ring: by which route's function they are counted, and under which name. */
const uses = [
  {
    id: 'AdminShellUsed',
    route: 'operator-shell',
    metricName: 'AdminShellUses',
    alarmDescription:
      'AdminShellUsed: an operator asked for an admin shell into a live session, successfully or not. Who, whose session and why stands in the audit table. See docs/operator.md',
  },
  {
    id: 'TerminateUsed',
    route: 'operator-terminate',
    metricName: 'OperatorTerminateUses',
    alarmDescription:
      'TerminateUsed: an operator asked for the end of a session, successfully or not. Who and whose session stands in the audit table. See docs/operator.md',
  },
] as const;

export interface OperatorAlarmsProps {
  readonly routes: readonly { readonly name: string; readonly function: IFunction }[];
  readonly topicArn: string | undefined;
}

export class OperatorAlarms extends Construct {
  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(scope: Construct, id: string, { routes, topicArn }: OperatorAlarmsProps) {
    super(scope, id);
    const actions = alarmActions(this, topicArn);
    for (const use of uses) {
      const counting = routes.find(({ name }) => name === use.route);
      if (!counting) throw new Error(`There is no route ${use.route} whose uses could ring`);
      const alarm = this.#alarm(use, counting.function);
      alarm.addAlarmAction(...actions);
    }
  }

  #alarm({ id, metricName, alarmDescription }: (typeof uses)[number], counting: IFunction): Alarm {
    return new Alarm(this, id, {
      alarmDescription,
      metric: ownMetric(counting, metricName, { statistic: 'Sum' }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
