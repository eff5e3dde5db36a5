/** One dashboard for the person on call. Read it from top to bottom: each row answers one question. */

import { Duration, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  type AlarmBase,
  AlarmStatusWidget,
  Dashboard,
  type IWidget,
  MathExpression,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Outcome, OwnMetric } from '../../contract/metrics.ts';
import type { Settings } from '../settings/settings.ts';
import { runbookOf } from './alarm.ts';
import { gameLiftStreamsRows } from './aws-widgets.ts';
import { feltGraphs } from './felt-graphs.ts';
import { axes, graph, inWords, row } from './graph.ts';
import { operatorUses, ownMetric, requestsByOutcome, sumOf } from './own-metrics.ts';
import { functionOf, type PlayerFunctions } from './player-alarms.ts';
import type { RejectedRequests } from './rejected-requests.ts';

export interface PlayerDashboardProps {
  /** The deployment's place in its app, starting with the stack's name. */
  readonly deployment: readonly string[];
  readonly functions: PlayerFunctions;
  readonly table: Table;
  readonly api: HttpApi;
  readonly rejectedRequests: RejectedRequests;
  /** The function that requests the public address, if there is one. */
  readonly probe?: IFunction | undefined;
  readonly alarms: readonly AlarmBase[];
  readonly settings: Settings;
}

const minute = Duration.minutes(1);
const sum = { statistic: 'Sum', period: minute };

function heading(markdown: string): IWidget[] {
  return [new TextWidget({ markdown, width: 24, height: 2 })];
}

export class PlayerDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: PlayerDashboardProps) {
    super(scope, id);
    const { functions, table, api, rejectedRequests, probe, alarms, settings } = props;
    const allFunctions = Object.entries(functions);
    const [reconnect, start, status] = ['reconnect', 'start', 'status'].map((route) =>
      functionOf(functions, route),
    ) as [IFunction, IFunction, IFunction];
    const own = (name: OwnMetric, statistic: string, label?: string) =>
      ownMetric(reconnect, name, { statistic, ...(label === undefined ? {} : { label }) });
    const times = (name: OwnMetric, ...statistics: (keyof typeof inWords)[]) =>
      statistics.map((statistic) => own(name, statistic, inWords[statistic]));
    const sumAt = (name: OwnMetric, routes: readonly string[], label: string) =>
      sumOf(
        routes.map((route) => ownMetric(functionOf(functions, route), name, { statistic: 'Sum' })),
        { label },
      );
    const succeeded = (fn: IFunction, failed: string, label: string) =>
      new MathExpression({
        expression: `100 * (1 - ${failed})`,
        usingMetrics: { [failed]: ownMetric(fn, 'Failed', { statistic: 'Average' }) },
        label,
        period: minute,
      });
    const stable = new MathExpression({
      expression: '100 * (1 - FILL(relapses, 0) / answers)',
      usingMetrics: { relapses: own('Relapses', 'Sum'), answers: own('Failed', 'SampleCount') },
      label: 'not repeated within 30 seconds',
      period: minute,
    });
    const lookupsFailed = new MathExpression({
      expression: '100 * looksFailed',
      usingMetrics: { looksFailed: ownMetric(status, 'LooksFailed', { statistic: 'Average' }) },
      label: 'failed: the player got an older status',
      period: minute,
    });
    const answered = (outcome: Outcome, route: string, label: string) =>
      ownMetric(functionOf(functions, route), 'Requests', { statistic: 'Sum', outcome, label });
    const objective = {
      leftAnnotations: [{ value: 100 * settings.alarms.reconnectObjective, label: 'objective' }],
    };
    this.dashboard = new Dashboard(this, 'Dashboard', {
      // Dashboard names are unique across Regions.
      dashboardName: [...props.deployment, Stack.of(this).region].join('-'),
      defaultInterval: Duration.hours(3),
      widgets: [
        [
          new AlarmStatusWidget({
            title: 'Alarms: the runbook has a chapter for each',
            alarms: [...alarms],
            width: 24,
            // One row of the widget shows five alarms.
            height: 1 + Math.ceil(alarms.length / 5),
          }),
        ],
        heading(
          `## Do players get in, and back?\nThe runbook is ${runbookOf(settings)}. A \`201\` means that AWS answered. It does not mean that the stream plays. \`paced\` means that the player waits in the queue.`,
        ),
        row(
          graph(
            'Starts that succeed',
            axes.percent,
            [succeeded(start, 'startsFailed', 'did not fail')],
            objective,
          ),
          graph(
            'Reconnects that succeed',
            axes.percent,
            [succeeded(reconnect, 'failed', 'did not fail'), stable],
            objective,
          ),
          ...feltGraphs(functionOf(functions, 'recoveries')),
        ),
        row(
          graph('Starts by outcome', axes.requests, [requestsByOutcome(start)]),
          graph('Reconnects by outcome', axes.requests, [requestsByOutcome(reconnect)]),
          graph('Different players who failed, this hour', axes.players, [
            own('PlayersFailed', 'Maximum', 'reconnect (10 means 10 or more)'),
            ownMetric(start, 'PlayersFailed', {
              statistic: 'Maximum',
              label: 'start (10 means 10 or more)',
            }),
          ]),
        ),
        heading(
          "## If not, why?\nFirst row: the queue for AWS's quota. Second and third row: AWS and our own functions. Last row: requests of players and strangers.",
        ),
        row(
          graph("Players in the queue for AWS's quota", axes.players, [
            own('PacerQueue', 'Maximum', 'longest queue of reconnects'),
          ]),
          graph('Wait in the queue, for a reconnect', axes.milliseconds, [
            own('PacerWait', 'p50', 'half wait less'),
            own('PacerWait', 'Maximum', 'longest wait'),
          ]),
          graph('Answers "wait in the queue"', axes.requests, [
            answered('paced', 'reconnect', 'reconnect'),
            answered('paced', 'start', 'start'),
          ]),
        ),
        row(
          graph('Time to answer a reconnect', axes.milliseconds, times('AnswerTime', 'p50', 'p95', 'p99')),
          graph('Time in AWS, and our own time', axes.milliseconds, [
            own('AwsTime', 'p50', 'AWS: half are faster'),
            own('AwsTime', 'p95', 'AWS: 95 % are faster'),
            own('OwnTime', 'p50', 'our own: half are faster'),
            own('OwnTime', 'p95', 'our own: 95 % are faster'),
          ]),
          graph(
            'Time until AWS notices a loss',
            axes.milliseconds,
            times('NoticeTime', 'p50', 'p95', 'Maximum'),
          ),
        ),
        row(
          graph('Functions that fail', axes.requests, [
            sumAt('Misconfigured', Object.keys(functions), 'AWS denied a call, or a defect'),
            sumOf(
              allFunctions.map(([, each]) => each.metricErrors({ period: minute })),
              { label: 'ended without an answer' },
            ),
            sumOf(
              allFunctions.map(([, each]) => each.metricThrottles({ period: minute })),
              { label: 'refused by Lambda: no concurrency left' },
            ),
          ]),
          graph('Table: requests refused', axes.requests, [
            table.metric('ReadThrottleEvents', { ...sum, label: 'reads' }),
            table.metric('WriteThrottleEvents', { ...sum, label: 'writes' }),
          ]),
          graph('Status lookups that AWS failed', axes.percent, [lookupsFailed]),
        ),
        row(
          graph('Unknown, imported, repeated', axes.requests, [
            ...['reconnect', 'status'].map((route) =>
              answered('stream_session_not_found', route, `${route}: not the player's own`),
            ),
            sumAt('Adopted', ['reconnect', 'status'], 'imported: started elsewhere'),
            sumAt('Replays', ['reconnect', 'start'], 'repeated answers'),
          ]),
          graph(
            'Requests by route',
            axes.requests,
            allFunctions.map(([route, each]) => each.metricInvocations({ period: minute, label: route })),
          ),
          graph('API Gateway', axes.requests, [
            api.metricCount({ period: minute, label: 'all' }),
            api.metricClientError({ period: minute, label: 'answered 4xx' }),
            api.metricServerError({ period: minute, label: 'answered 5xx, also "wait in the queue"' }),
            rejectedRequests.metric(),
          ]),
          ...(probe
            ? [
                graph('Probe of the public address', axes.requests, [
                  probe.metricInvocations({ period: minute, label: 'requests' }),
                  probe.metricErrors({ period: minute, label: 'did not get a 401' }),
                ]),
              ]
            : []),
        ),
        heading('## What is AWS doing?\nOur calls that AWS throttled, and the metrics of GameLift Streams.'),
        row(
          graph(
            'Calls that AWS throttled, by route',
            axes.calls,
            ['reconnect', 'start', 'status'].map((route) =>
              ownMetric(functionOf(functions, route), 'Throttles', { statistic: 'Sum', label: route }),
            ),
          ),
          graph('Operators, of the whole account', axes.requests, operatorUses()),
        ),
        ...gameLiftStreamsRows(settings),
      ],
    });
  }
}
