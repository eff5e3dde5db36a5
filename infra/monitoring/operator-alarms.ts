/**
 * What rings at the operators' door: whenever somebody reaches into a session, which should never come as a surprise, and
 * whenever the door itself is in trouble. Each has a chapter of its name in docs/operator.md.
 */
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { type AlarmContext, announcing, ringing } from './alarm.ts';
import { alarmActions } from './alarm-topic.ts';
import { functionAlarms } from './function-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

/** The uses that ring: by which route's function they are counted, and under which name. */
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
  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(scope: Construct, id: string, { routes, topicArn }: OperatorAlarmsProps) {
    super(scope, id);
    const bell: AlarmContext = {
      scope: this,
      actions: alarmActions(this, topicArn),
      runbook: 'docs/operator.md',
    };
    const recorded = uses.map(({ name, route, metricName, means }) => {
      const counting = routes.find((each) => each.name === route)?.function;
      if (!counting) throw new Error(`There is no route ${route} whose uses could ring`);
      const used = ownMetric(counting, metricName, { statistic: 'Sum' });
      // Nobody is told of a use's end: it has none.
      announcing(bell, name, means, used);
      return counting;
    });
    ringing(
      bell,
      'AuditNotWritten',
      'what an operator asked for could not be recorded, so it was refused: nobody gets into a session, and no operator can end one',
      sumOf(
        recorded.map((each) =>
          ownMetric(each, 'Requests', { statistic: 'Sum', outcome: 'audit_unavailable' }),
        ),
      ),
      { threshold: 1, evaluationPeriods: 1 },
    );
    announcing(
      bell,
      'StrangerRefused',
      'somebody whom IAM let in, and whom settings.operators does not list, asked and was refused',
      sumOf(
        routes.map((each) =>
          ownMetric(each.function, 'Requests', { statistic: 'Sum', outcome: 'not_an_operator' }),
        ),
      ),
    );
    functionAlarms(
      bell,
      routes.map((route) => route.function),
      // Operators ask so rarely that every death is one that somebody meets.
      { prefix: 'Operator', whose: "the operators' functions", deaths: 1, heldMinutes: 1 },
    );
  }
}
