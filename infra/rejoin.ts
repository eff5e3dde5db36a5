/**
 * Rejoin as one construct, for your own CDK app: `new Rejoin(this, 'Rejoin', { streamGroups: [...] })`. An app, or one stack,
 * may hold several. `examples/own-app.ts` is an example.
 */
import { Annotations, Stack } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { AlarmBase, Dashboard, IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Identity } from './api/identity.ts';
import { PlayerApi } from './api/player-api.ts';
import { allowLogs, requireKey } from './encryption/key.ts';
import { playerEnvironment } from './functions/environment.ts';
import { ProbeFunction } from './functions/probe-function.ts';
import { RouteFunction } from './functions/route-function.ts';
import { byName, type PlayerRoute, type ProvisionedRoute } from './members.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { addOutputs, playerOutputs } from './outputs.ts';
import type { RejoinProps } from './props/props.ts';
import { settingsOf } from './props/settings-of.ts';
import { playerRoutes } from './routes/player-routes.ts';
import { parseSettings, type Settings } from './settings/settings.ts';
import { tag } from './settings/tags.ts';
import { warningsFor } from './settings/warnings.ts';
import { BrakeTable } from './storage/brake-table.ts';
import { SessionTable } from './storage/session-table.ts';

export class Rejoin extends Construct {
  /** All settings, with their defaults. `stackName` is the name of the stack around the construct. */
  readonly settings: Settings;
  readonly identity: Identity;
  /** Players' sessions, rate limits, leases and stored answers. */
  readonly table: Table;
  readonly api: HttpApi;
  /** Whether operators have paused new sessions. */
  readonly brakeTable: Table;
  /** Base URL of the player API, without a slash at the end. */
  readonly apiUrl: string;
  /** The host name that the DNS record of the custom domain must point to, if there is one. */
  readonly domainTarget: string | undefined;
  readonly functions: Readonly<Record<PlayerRoute, LambdaFunction>>;
  /** What each function may do. Add a policy here: the functions' own `addToRolePolicy` has no effect. */
  readonly roles: Readonly<Record<PlayerRoute, Role>>;
  /** The logs of each function. */
  readonly logGroups: Readonly<Record<PlayerRoute, LogGroup>>;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;
  /** The function that asks the public address once a minute, with its role and its logs, if the setting `probe` is on. */
  readonly probe: ProbeFunction | undefined;
  /** The alarms that notify, by their names in docs/runbook.md. */
  readonly alarms: Readonly<Record<string, AlarmBase>>;
  readonly dashboard: Dashboard;
  readonly encryptionKey: IKey | undefined;
  readonly alarmActions: readonly IAlarmAction[];

  /**
   * @throws {SettingsError} naming every setting that cannot be deployed, and what to write instead; also for an alarm topic of
   * another Region, if the stack has a fixed Region
   * @throws {Error} when the names of stack and construct are too long together for the API's name
   */
  constructor(scope: Construct, id: string, props: RejoinProps) {
    super(scope, id);
    const { encryptionKey, alarmActions = [] } = props;
    const settings = Object.freeze({
      ...parseSettings(settingsOf(props)),
      stackName: Stack.of(this).stackName,
    });
    this.settings = settings;
    this.encryptionKey = encryptionKey;
    this.alarmActions = alarmActions;
    if (encryptionKey) {
      requireKey(encryptionKey);
      allowLogs(this, encryptionKey);
    }
    for (const { id: warning, message } of warningsFor(settings, alarmActions.length > 0)) {
      Annotations.of(this).addWarningV2(warning, message);
    }
    tag(this, settings);
    this.identity = new Identity(this, 'Identity', settings);
    const { table } = new SessionTable(this, 'Sessions', settings, encryptionKey);
    this.table = table;
    const { table: brakeTable } = new BrakeTable(this, 'Brake', settings, encryptionKey);
    this.brakeTable = brakeTable;
    const targets = { streamGroups: settings.streamGroups, tables: { table, brakeTable }, encryptionKey };
    const functions = byName<PlayerRoute, RouteFunction>(
      playerRoutes,
      (route) =>
        new RouteFunction(this, route.name, {
          route,
          settings,
          targets,
          environment: playerEnvironment(settings, route, targets),
          provisionedConcurrency: settings.provisionedConcurrency[route.name as ProvisionedRoute],
          reservedConcurrency:
            settings.reservedConcurrency[route.name as keyof Settings['reservedConcurrency']],
        }),
    );
    const routes = playerRoutes.map(({ name, method, path, throttleShare }) => {
      const { function: fn, invoked } = functions[name as PlayerRoute];
      return { method, path, throttleShare, function: fn, invoked };
    });
    this.functions = byName(playerRoutes, ({ name }) => functions[name as PlayerRoute].function);
    this.roles = byName(playerRoutes, ({ name }) => functions[name as PlayerRoute].role);
    this.logGroups = byName(playerRoutes, ({ name }) => functions[name as PlayerRoute].logs);
    const { api, accessLogs, domain } = new PlayerApi(this, 'PlayerApi', {
      tokens: this.identity.tokens,
      routes,
      settings,
      encryptionKey,
    });
    this.api = api;
    this.accessLogs = accessLogs;
    this.apiUrl = settings.edge?.url ?? domain?.url ?? api.apiEndpoint;
    this.domainTarget = domain?.target;
    const { apiUrl } = this;
    const probe = settings.probe
      ? new ProbeFunction(this, 'Probe', { settings, apiUrl, encryptionKey })
      : undefined;
    this.probe = probe;
    const watched = { routes: functions, table, api, accessLogs, probe, settings, alarmActions };
    const { alarms, dashboard } = new Monitoring(this, 'Monitoring', watched);
    this.alarms = Object.fromEntries(alarms.map((alarm) => [alarm.node.id, alarm]));
    this.dashboard = dashboard;
  }

  /**
   * Writes what a web page needs into the outputs of the stack: `ApiUrl`, `Issuer`, `Audience`, `Scope`, with a user pool of this
   * deployment `ClientId` and `SignInUrl`, and with a custom domain `DomainTarget`.
   *
   * @param prefix in front of each name, for a stack with several deployments
   * @throws {Error} when the stack has an output of that name already
   */
  addOutputs(prefix = ''): void {
    addOutputs(this, playerOutputs(this), prefix);
  }
}
