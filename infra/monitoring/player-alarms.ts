/** Alarms of the player API: symptoms that players feel. docs/runbook.md has a chapter for each, under its name. */
import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type AlarmBase, type IAlarmAction, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { type AlarmContext, createAlarm, runbookOf, sustained } from './alarm.ts';
import { alarmActions } from './alarm-topic.ts';
import { burnRateAlarms } from './burn-rate-alarms.ts';
import { functionAlarms } from './function-alarms.ts';
import {
  rejectedRequestsAlarm,
  statusLookupAlarm,
  totalLossAlarm,
  unstableConnectionsAlarm,
} from './outage-alarms.ts';
import { ownMetric, sumOf } from './own-metrics.ts';
import { publicAddressAlarm } from './probe.ts';
import type { RejectedRequests } from './rejected-requests.ts';

/** Functions of the player API by route name. */
export type PlayerFunctions = Readonly<Record<string, IFunction>>;

export interface PlayerAlarmsProps {
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly api: HttpApi;
  readonly rejectedRequests: RejectedRequests;
  /** The function that asks the public address, if there is one. */
  readonly probe?: IFunction | undefined;
  /** What the names of the alarms begin with. */
  readonly prefix: string;
  readonly settings: Pick<Settings, 'alarms' | 'alarmTopic' | 'runbookUrl'>;
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
}

/** @throws {Error} when there is no such route */
export function functionOf(functions: PlayerFunctions, route: string): IFunction {
  const found = functions[route];
  if (!found) throw new Error(`There is no route ${route} to watch`);
  return found;
}

export class PlayerAlarms extends Construct {
  /** The alarms that notify, in the order of the dashboard. */
  readonly all: readonly AlarmBase[];

  /** @throws {SettingsError} when the stack has a fixed Region and the topic is in another one */
  constructor(scope: Construct, id: string, props: PlayerAlarmsProps) {
    super(scope, id);
    const { functions, table, api, rejectedRequests, probe, prefix, settings } = props;
    const { alarms, alarmTopic } = settings;
    const { leastAnswers, slowAnswerSeconds } = alarms;
    const context: AlarmContext = {
      scope: this,
      actions: alarmActions(this, alarmTopic, props.alarmActions),
      prefix,
      runbook: runbookOf(settings),
    };
    const [reconnect, start, status] = ['reconnect', 'start', 'status'].map((route) =>
      functionOf(functions, route),
    ) as [IFunction, IFunction, IFunction];
    this.all = [
      ...burnRateAlarms(context, 'Reconnects', reconnect, alarms),
      totalLossAlarm(context, 'NobodyGetsBack', 'No player got back into a session', reconnect),
      unstableConnectionsAlarm(context, reconnect, leastAnswers),
      ...burnRateAlarms(context, 'Starts', start, alarms),
      totalLossAlarm(context, 'NobodyStarts', 'No player started a session', start),
      statusLookupAlarm(context, status, leastAnswers),
      rejectedRequestsAlarm(context, { api, rejectedRequests, leastAnswers, probe }),
      ...(probe ? [publicAddressAlarm(context, probe)] : []),
      createAlarm(
        context,
        'AnswersSlow',
        `5 % or more of the reconnects wait ${slowAnswerSeconds} seconds or longer for their answer, in 3 of the last 4 periods of 5 minutes. With few players, this is often one player.`,
        answerTimeP95(reconnect, leastAnswers),
        sustained(3, Math.round(slowAnswerSeconds * 1000)),
      ),
      createAlarm(
        context,
        'PacingSustained',
        "For 10 minutes the queue for AWS's quota was never empty. With few players, this is often one player.",
        sumOf(
          [reconnect, start].map((each) =>
            ownMetric(each, 'Requests', { statistic: 'Sum', outcome: 'paced' }),
          ),
          { filled: true },
        ),
        sustained(10, 1),
      ),
      ...functionAlarms(context, watchedFunctions(functions), {
        api: 'player API',
        errorThreshold: 3,
        throttledMinutes: 3,
      }),
      createAlarm(
        context,
        'TableThrottled',
        'For 5 minutes, DynamoDB refused 10 or more requests per minute to the session table.',
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

/** All functions except the one for players' reports: a lost report harms nobody. The dashboard shows it. */
function watchedFunctions({ recoveries: _, ...functions }: PlayerFunctions): IFunction[] {
  return Object.values(functions);
}

/**
 * The 95th percentile of the response time, in milliseconds. It is 0 with too few responses, when one slow response would be
 * more than 5%.
 */
function answerTimeP95(reconnect: IFunction, leastAnswers: number): MathExpression {
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
