/**
 * Alarms of the operator API. Some report every use of an operator, which should never be a surprise; the others report
 * failures. docs/operator.md has a chapter for each, under its name.
 */
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type AlarmContext, createAlarm, createEventAlarm } from './alarm.ts';
import { alarmActions } from './alarm-topic.ts';
import { functionAlarms } from './function-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

/** The uses that raise an alarm: the route whose function counts them, and the metric. */
const uses = [
  {
    name: 'AdminShellUsed',
    route: 'operator-shell',
    metricName: 'AdminShellUses',
    means:
      'an operator asked for an admin shell into a live session, successfully or not. Who, whose session and why stands in the audit table',
  },
  {
    name: 'TerminateUsed',
    route: 'operator-terminate',
    metricName: 'OperatorTerminateUses',
    means:
      'an operator asked for the end of a session, successfully or not. Who and whose session stands in the audit table',
  },
] as const;

export interface OperatorAlarmsProps {
  readonly routes: readonly { readonly name: string; readonly function: IFunction }[];
  readonly topicArn: string | undefined;
}

export class OperatorAlarms extends Construct {
  /** @throws {SettingsError} when the stack has a fixed Region and the topic is in another one */
  constructor(scope: Construct, id: string, { routes, topicArn }: OperatorAlarmsProps) {
    super(scope, id);
    const context: AlarmContext = {
      scope: this,
      actions: alarmActions(this, topicArn),
      runbook: 'docs/operator.md',
    };
    const recordedFunctions = uses.map(({ name, route, metricName, means }) => {
      const fn = routes.find((each) => each.name === route)?.function;
      if (!fn) throw new Error(`There is no route ${route} whose uses could ring`);
      const used = ownMetric(fn, metricName, { statistic: 'Sum' });
      createEventAlarm(context, name, means, used);
      return fn;
    });
    createAlarm(
      context,
      'AuditNotWritten',
      'what an operator asked for could not be recorded, so it was refused: nobody gets into a session, and no operator can end one',
      sumOf(
        recordedFunctions.map((each) =>
          ownMetric(each, 'Requests', { statistic: 'Sum', outcome: 'audit_unavailable' }),
        ),
      ),
      { threshold: 1, evaluationPeriods: 1 },
    );
    createEventAlarm(
      context,
      'StrangerRefused',
      'somebody whom IAM let in, and whom settings.operators does not list, asked and was refused',
      sumOf(
        routes.map((each) =>
          ownMetric(each.function, 'Requests', { statistic: 'Sum', outcome: 'not_an_operator' }),
        ),
      ),
    );
    functionAlarms(
      context,
      routes.map((route) => route.function),
      // Operators send so few requests that each crash affects one of them.
      { prefix: 'Operator', subject: "the operators' functions", errorThreshold: 1, throttledMinutes: 1 },
    );
  }
}
