/** One dashboard for the person on call. Read it from top to bottom: each row answers one question. */
import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type AlarmBase,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Settings } from '../settings/settings.ts';
import { gameLiftStreamsRows } from './aws-widgets.ts';
import { type OwnMetricName, operatorUses, ownMetric, requestsByOutcome, sumOf } from './own-metrics.ts';
import { functionOf, type PlayerFunctions } from './player-alarms.ts';
import type { RejectedRequests } from './rejected-requests.ts';

export interface PlayerDashboardProps {
  /** The deployment's place in its app, starting with the stack's name. */
  readonly deployment: readonly string[];
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly api: HttpApi;
  readonly rejectedRequests: RejectedRequests;
  /** The function that asks the public address, if there is one. */
  readonly probe?: IFunction | undefined;
  readonly alarms: readonly AlarmBase[];
  readonly settings: Settings;
}

const minute = Duration.minutes(1);
const percent = { min: 0, max: 100, label: '%', showUnits: false };
const milliseconds = { min: 0, label: 'ms', showUnits: false };
const count = { min: 0, showUnits: false };

function heading(markdown: string): IWidget[] {
  return [new TextWidget({ markdown, width: 24, height: 2 })];
}

function graph(title: string, left: IMetric[], leftYAxis = count): GraphWidget {
  return new GraphWidget({ title, left, leftYAxis, width: 8, height: 6 });
}

export class PlayerDashboard extends Construct {
  constructor(scope: Construct, id: string, props: PlayerDashboardProps) {
    super(scope, id);
    const { functions, table, api, rejectedRequests, probe, alarms, settings } = props;
    const allFunctions = Object.entries(functions);
    const reconnect = functionOf(functions, 'reconnect');
    const own = (name: OwnMetricName, statistic: string, label?: string) =>
      ownMetric(reconnect, name, { statistic, ...(label === undefined ? {} : { label }) });
    const statisticsOf = (name: OwnMetricName, ...statistics: string[]) =>
      statistics.map((statistic) => own(name, statistic, `${name} ${statistic}`));
    const sumAt = (name: OwnMetricName, routes: readonly string[], label: string) =>
      sumOf(
        routes.map((route) => ownMetric(functionOf(functions, route), name, { statistic: 'Sum' })),
        { label },
      );
    const succeeded = new MathExpression({
      expression: '100 * (1 - failed)',
      usingMetrics: { failed: own('Failed', 'Average') },
      label: 'reconnects that did not fail',
      period: minute,
    });
    const stable = new MathExpression({
      expression: '100 * (1 - FILL(relapses, 0) / answers)',
      usingMetrics: { relapses: own('Relapses', 'Sum'), answers: own('Failed', 'SampleCount') },
      label: 'that no other followed within 30 s',
      period: minute,
    });
    const queuedAt = (route: string) =>
      ownMetric(functionOf(functions, route), 'Requests', {
        statistic: 'Sum',
        outcome: 'paced',
        label: route,
      });
    const notOwned = (route: string) =>
      ownMetric(functionOf(functions, route), 'Requests', {
        statistic: 'Sum',
        outcome: 'stream_session_not_found',
        label: `not the player's own: ${route}`,
      });
    new Dashboard(this, 'Dashboard', {
      // Dashboard names are unique across Regions.
      dashboardName: [...props.deployment, Stack.of(this).region].join('-'),
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new AlarmStatusWidget({
            title: 'Alarms: docs/runbook.md',
            alarms: [...alarms],
            width: 24,
            // One row of the widget shows five alarms.
            height: 1 + Math.ceil(alarms.length / 5),
          }),
        ],
        heading(
          '## Are players getting back?\n`201` is an answer of AWS, not yet a stream: who asks again within 30 seconds had none. `paced` waits for a turn.',
        ),
        [
          graph('Reconnects answered, and those that held', [succeeded, stable], percent),
          graph('Reconnects by outcome', [requestsByOutcome(reconnect)]),
          graph('Time to answer', statisticsOf('AnswerTime', 'p50', 'p95', 'p99'), milliseconds),
        ],
        heading("## If not, why?\nWaiting, AWS, ourselves, the table; or the players' own requests."),
        [
          graph(
            'How long players wait for a turn',
            statisticsOf('PacerWait', 'p50', 'Maximum'),
            milliseconds,
          ),
          graph('Longest line', statisticsOf('PacerQueue', 'Maximum')),
          graph(
            "AWS's time and our own",
            [...statisticsOf('AwsTime', 'p50', 'p95'), ...statisticsOf('OwnTime', 'p50', 'p95')],
            milliseconds,
          ),
        ],
        [
          graph('Functions that die, or are held back', [
            sumAt('Misconfigured', Object.keys(functions), 'denied by AWS, or defects'),
            sumOf(
              allFunctions.map(([, each]) => each.metricErrors({ period: minute })),
              { label: 'died' },
            ),
            sumOf(
              allFunctions.map(([, each]) => each.metricThrottles({ period: minute })),
              { label: 'held back by Lambda' },
            ),
          ]),
          graph('Table: requests turned away', [
            table.metric('ReadThrottleEvents', { statistic: 'Sum', period: minute }),
            table.metric('WriteThrottleEvents', { statistic: 'Sum', period: minute }),
          ]),
          graph('Whose sessions', [
            ...['reconnect', 'status'].map(notOwned),
            sumAt('Adopted', ['reconnect', 'status'], 'adopted'),
            sumAt('Replays', ['reconnect', 'start'], 'answers repeated'),
          ]),
        ],
        [
          graph(
            'Requests by route',
            allFunctions.map(([route, each]) => each.metricInvocations({ period: minute, label: route })),
          ),
          graph('API Gateway', [
            api.metricCount({ period: minute, label: 'requests' }),
            api.metricClientError({ period: minute, label: '4xx' }),
            api.metricServerError({ period: minute, label: '5xx, waits for a turn among them' }),
            rejectedRequests.metric(),
          ]),
          graph('Starts by outcome', [requestsByOutcome(functionOf(functions, 'start'))]),
        ],
        [
          graph(
            'Starts answered',
            [
              new MathExpression({
                expression: '100 * (1 - startsFailed)',
                usingMetrics: {
                  startsFailed: ownMetric(functionOf(functions, 'start'), 'Failed', { statistic: 'Average' }),
                },
                label: 'starts that did not fail',
                period: minute,
              }),
            ],
            percent,
          ),
          graph(
            'Looks at sessions that failed',
            [
              new MathExpression({
                expression: '100 * looksFailed',
                usingMetrics: {
                  looksFailed: ownMetric(functionOf(functions, 'status'), 'LooksFailed', {
                    statistic: 'Average',
                  }),
                },
                label: 'of 100: status polls that got an older answer',
                period: minute,
              }),
            ],
            percent,
          ),
          graph('Waits for a turn, by route', [queuedAt('reconnect'), queuedAt('start')]),
        ],
        [
          graph(
            'How long AWS takes to notice a loss',
            statisticsOf('NoticeTime', 'p50', 'p95', 'Maximum'),
            milliseconds,
          ),
          ...(probe
            ? [
                graph('The probe of the public address', [
                  probe.metricInvocations({ period: minute, label: 'asked' }),
                  probe.metricErrors({ period: minute, label: 'was not refused with 401' }),
                ]),
              ]
            : []),
        ],
        heading(
          '## What is AWS doing?\nThrottles that our calls met, and what GameLift Streams says of itself.',
        ),
        [
          new GraphWidget({
            title: 'Calls that AWS throttled, by route',
            left: ['reconnect', 'start', 'status'].map((route) =>
              ownMetric(functionOf(functions, route), 'Throttles', { statistic: 'Sum', label: route }),
            ),
            leftYAxis: count,
            width: 16,
            height: 5,
          }),
          new GraphWidget({
            title: 'Operators: shells and ends, of the whole account',
            left: [operatorUses('AdminShellUses'), operatorUses('OperatorTerminateUses')],
            leftYAxis: count,
            width: 8,
            height: 5,
          }),
        ],
        ...gameLiftStreamsRows(settings),
      ],
    });
  }
}
