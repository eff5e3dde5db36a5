/** What wakes somebody up: symptoms that players feel, each with a chapter of its name in docs/runbook.md. */
import { Duration } from 'aws-cdk-lib';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { alarmActions } from './alarm-topic.ts';
import { burnAlarms } from './burn-alarms.ts';
import { functionAlarms } from './function-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';
import { type Bell, ringing } from './ringing.ts';
import type { Settings } from './settings.ts';

/** Functions of the player API by their routes' names. */
export type PlayerFunctions = Readonly<Record<string, IFunction>>;

export interface PlayerAlarmsProps {
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly settings: Pick<Settings, 'alarms' | 'alarmTopic'>;
}

/** The function of a route; there always is one. */
export function functionOf(functions: PlayerFunctions, route: string): IFunction {
  const found = functions[route];
  if (!found) throw new Error(`There is no route ${route} to watch`);
  return found;
}

export class PlayerAlarms extends Construct {
  /** Those that ring, in the order of the dashboard. */
  readonly all: readonly AlarmBase[];

  /** @throws {SettingsError} when the stack's Region is fixed and the topic lies in another one */
  constructor(scope: Construct, id: string, { functions, table, settings }: PlayerAlarmsProps) {
    super(scope, id);
    const { alarms, alarmTopic } = settings;
    const bell: Bell = {
      scope: this,
      actions: alarmActions(this, alarmTopic),
      runbook: 'docs/runbook.md',
    };
    const reconnect = functionOf(functions, 'reconnect');
    const paced = ['reconnect', 'start'].map((route) =>
      ownMetric(functionOf(functions, route), 'Requests', { statistic: 'Sum', outcome: 'paced' }),
    );
    this.all = [
      ...burnAlarms(bell, reconnect, alarms),
      ringing(
        bell,
        'AnswersSlow',
        `5 of 100 reconnects wait longer than ${alarms.slowAnswerSeconds} s for their answer, for 15 minutes`,
        ownMetric(reconnect, 'AnswerTime', { statistic: 'p95', minutes: 5 }),
        { threshold: Math.round(alarms.slowAnswerSeconds * 1000), evaluationPeriods: 3 },
      ),
      ringing(
        bell,
        'PacingSustained',
        "players have waited for a turn at AWS's quota for 10 minutes without a pause",
        sumOf(paced),
        { threshold: 1, evaluationPeriods: 10 },
      ),
      ...functionAlarms(bell, Object.values(functions), { whose: 'the functions', deaths: 3 }),
      ringing(
        bell,
        'TableThrottled',
        'the session table has turned requests away for 5 minutes without a pause',
        sumOf(
          ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
            table.metric(name, { statistic: 'Sum', period: Duration.minutes(1) }),
          ),
        ),
        { threshold: 10, evaluationPeriods: 5 },
      ),
    ];
  }
}
