/**
 * Alarms of the operator API. Some report every use of an operator, which should never be a surprise; the others report
 * failures. docs/runbook.md has a chapter for each, under its name.
 */
import { AlarmBase, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { OPERATOR_USE_METRICS } from '../../contract/metrics.ts';
import { operatorRoutes } from '../routes/operator-routes.ts';
import type { Settings } from '../settings/settings.ts';
import { type AlarmContext, alarmPrefix, createAlarm, createEventAlarm, runbookOf } from './alarm.ts';
import { alarmActions } from './alarm-topic.ts';
import { functionAlarms } from './function-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';

/** The uses that raise an alarm: the route whose function counts them, and the metric. */
const uses = [
  {
    name: 'AdminShellUsed',
    route: 'operator-shell',
    metricName: OPERATOR_USE_METRICS.adminShell,
    means:
      'An operator requested an admin shell into a live session, successfully or not. The audit table shows who, for which session, and why.',
  },
  {
    name: 'TerminateUsed',
    route: 'operator-terminate',
    metricName: OPERATOR_USE_METRICS.terminate,
    means:
      'An operator requested the end of a session, successfully or not. The audit table shows who, and for which session.',
  },
  {
    name: 'ExportUsed',
    route: 'operator-export',
    metricName: OPERATOR_USE_METRICS.export,
    means:
      'An operator requested the files of a live session, successfully or not. The audit table shows who, for which session, and why.',
  },
  {
    name: 'ForgetUsed',
    route: 'operator-forget',
    metricName: OPERATOR_USE_METRICS.forget,
    means:
      "An operator requested to delete a player's records, successfully or not. The audit table shows who, for which player, and why.",
  },
  {
    name: 'BrakeUsed',
    route: 'operator-brake',
    metricName: OPERATOR_USE_METRICS.brake,
    means:
      'An operator paused new sessions or ended the pause, successfully or not. The audit table shows who, for how long, and why.',
  },
] as const;

/** Whether the settings may leave a route out. */
const isOptional = (route: string) =>
  operatorRoutes.some(({ name, onlyWith }) => name === route && onlyWith !== undefined);

export interface OperatorAlarmsProps {
  readonly routes: readonly { readonly name: string; readonly function: IFunction }[];
  readonly settings: Pick<Settings, 'alarmTopic' | 'runbookUrl'>;
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
}

export class OperatorAlarms extends Construct {
  readonly all: readonly AlarmBase[];

  /** @throws {SettingsError} when the stack has a fixed Region and the topic is in another one */
  constructor(scope: Construct, id: string, { routes, settings, alarmActions: more }: OperatorAlarmsProps) {
    super(scope, id);
    const context: AlarmContext = {
      scope: this,
      actions: alarmActions(this, settings.alarmTopic, more),
      prefix: alarmPrefix(scope),
      runbook: runbookOf(settings),
    };
    const recordedFunctions = uses.flatMap(({ name, route, metricName, means }) => {
      const fn = routes.find((each) => each.name === route)?.function;
      if (!fn && isOptional(route)) return [];
      if (!fn) throw new Error(`There is no route ${route} whose uses could raise an alarm`);
      const used = ownMetric(fn, metricName, { statistic: 'Sum' });
      createEventAlarm(context, name, means, used);
      return fn;
    });
    createAlarm(
      context,
      'AuditNotWritten',
      "An operator's request was refused, because its audit record could not be written. Until this is fixed, no operator can enter or end sessions, export files, delete records or pause starts.",
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
      'Somebody called the operator API and was refused: IAM allows them, but settings.operators does not list them.',
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
      { prefix: 'Operator', api: 'operator API', errorThreshold: 1, throttledMinutes: 1 },
    );
    this.all = this.node.children.filter((child) => child instanceof AlarmBase);
  }
}
