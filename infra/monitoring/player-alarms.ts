/** What wakes somebody up: symptoms that players feel, each with a chapter of its name in docs/runbook.md. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type AlarmBase, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { type AlarmContext, ringing, sustained } from './alarm.ts';
import { alarmActions } from './alarm-topic.ts';
import { burnAlarms } from './burn-rate-alarms.ts';
import { functionAlarms } from './function-alarms.ts';
import { looksAlarm, nobodyAlarm, relapseAlarm, turnedAwayAlarm } from './outage-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';
import type { RejectedRequests } from './rejected-requests.ts';

/** Functions of the player API by their routes' names. */
export type PlayerFunctions = Readonly<Record<string, IFunction>>;

export interface PlayerAlarmsProps {
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly api: HttpApi;
  readonly turnedAway: RejectedRequests;
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
  constructor(scope: Construct, id: string, props: PlayerAlarmsProps) {
    super(scope, id);
    const { functions, table, api, turnedAway, settings } = props;
    const { alarms, alarmTopic } = settings;
    const { leastAnswers, slowAnswerSeconds } = alarms;
    const bell: AlarmContext = {
      scope: this,
      actions: alarmActions(this, alarmTopic),
      runbook: 'docs/runbook.md',
    };
    const [reconnect, start, status] = ['reconnect', 'start', 'status'].map((route) =>
      functionOf(functions, route),
    ) as [IFunction, IFunction, IFunction];
    this.all = [
      ...burnAlarms(bell, 'Reconnects', reconnect, alarms),
      nobodyAlarm(bell, 'NobodyGetsBack', 'no player gets back into a session', reconnect),
      relapseAlarm(bell, reconnect, leastAnswers),
      ...burnAlarms(bell, 'Starts', start, alarms),
      nobodyAlarm(bell, 'NobodyStarts', 'no player can start a session', start),
      looksAlarm(bell, status, leastAnswers),
      turnedAwayAlarm(bell, { api, turnedAway, leastAnswers }),
      ringing(
        bell,
        'AnswersSlow',
        `5 of 100 reconnects wait longer than ${slowAnswerSeconds} s for their answer, in 3 of the last 4 times 5 minutes; where few play it is often one player`,
        slowest(reconnect, leastAnswers),
        sustained(3, Math.round(slowAnswerSeconds * 1000)),
      ),
      ringing(
        bell,
        'PacingSustained',
        "in each of 10 minutes players, or one of them, have waited for a turn at AWS's quota",
        sumOf(
          [reconnect, start].map((each) =>
            ownMetric(each, 'Requests', { statistic: 'Sum', outcome: 'paced' }),
          ),
          { filled: true },
        ),
        sustained(10, 1),
      ),
      ...functionAlarms(bell, Object.values(functions), {
        whose: 'the functions',
        deaths: 3,
        heldMinutes: 3,
      }),
      ringing(
        bell,
        'TableThrottled',
        'in each of 5 minutes the session table has turned requests away',
        sumOf(
          ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
            table.metric(name, { statistic: 'Sum', period: Duration.minutes(1) }),
          ),
          { filled: true },
        ),
        sustained(5, 10),
      ),
    ];
  }
}

/** How long 95 of 100 players wait at most, in milliseconds; 0 where too few asked for one slow answer not to be more than 5 of 100. */
function slowest(reconnect: IFunction, leastAnswers: number): MathExpression {
  const minutes = 5;
  return new MathExpression({
    expression: `IF(FILL(answered, 0) >= ${leastAnswers}, FILL(slowest, 0), 0)`,
    usingMetrics: {
      answered: ownMetric(reconnect, 'AnswerTime', { statistic: 'SampleCount', minutes }),
      slowest: ownMetric(reconnect, 'AnswerTime', { statistic: 'p95', minutes }),
    },
    period: Duration.minutes(minutes),
  });
}
