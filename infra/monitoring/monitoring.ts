/** Alarms, dashboard and saved queries of the player API. */
import { Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { AlarmBase, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ProbeFunction } from '../functions/probe-function.ts';
import type { RouteFunction } from '../functions/route-function.ts';
import type { Settings } from '../settings/settings.ts';
import { alarmPrefix } from './alarm.ts';
import { PlayerDashboard } from './dashboard.ts';
import { PlayerAlarms } from './player-alarms.ts';
import { PlayerQueries } from './queries.ts';
import { RejectedRequests } from './rejected-requests.ts';

export interface MonitoringProps {
  /** By route name. */
  readonly routes: Readonly<Record<string, RouteFunction>>;
  readonly table: Table;
  readonly api: HttpApi;
  readonly accessLogs: LogGroup;
  /** The function that requests the public address, if there is one. */
  readonly probe?: ProbeFunction | undefined;
  readonly settings: Settings;
  readonly alarmActions?: readonly IAlarmAction[] | undefined;
}

export class Monitoring extends Construct {
  /** The alarms that notify. */
  readonly alarms: readonly AlarmBase[];
  readonly dashboard: Dashboard;

  /** @throws {SettingsError} when the stack has a fixed Region and the alarm topic is in another one */
  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { routes, table, api, accessLogs, settings, alarmActions } = props;
    const probe = props.probe?.function;
    const functions = Object.fromEntries(
      Object.entries(routes).map(([name, route]) => [name, route.function]),
    );
    const rejectedRequests = new RejectedRequests(this, 'TurnedAway', { api, accessLogs });
    const watched = { functions, table, api, rejectedRequests, probe, settings };
    const { all } = new PlayerAlarms(this, 'Alarms', {
      ...watched,
      prefix: alarmPrefix(scope),
      alarmActions,
    });
    this.alarms = all;
    const deployment = [...new Set([Stack.of(this).stackName, scope.node.id])];
    const page = new PlayerDashboard(this, 'Page', { ...watched, deployment, alarms: all });
    this.dashboard = page.dashboard;
    const logs = [...Object.values(routes), ...(props.probe ? [props.probe] : [])].map((each) => each.logs);
    new PlayerQueries(this, 'Queries', { deployment, logs, accessLogs });
  }
}
