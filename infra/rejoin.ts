/** Rejoin as one construct, for your own CDK app. `examples/own-app.ts` is an example. */
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

/**
 * The player API with its functions, roles, tables, alarms and dashboard: `new Rejoin(this, 'Rejoin', { streamGroups: [...] })`. An app,
 * and even one stack, may contain several.
 */
export class Rejoin extends Construct {
  /** All settings, with their defaults. `stackName` is the name of the stack around the construct. */
  readonly settings: Settings;
  /** Whose tokens the API accepts, and the user pool if the deployment creates one. */
  readonly identity: Identity;
  /** Players' sessions, rate limits, leases and stored answers. */
  readonly table: Table;
  /** The HTTP API of the players' pages. */
  readonly api: HttpApi;
  /** One item, which says whether operators have paused new sessions. */
  readonly brakeTable: Table;
  /** Base URL of the player API, without a slash at the end. */
  readonly apiUrl: string;
  /** The host name for the DNS record of the custom domain. Undefined without the setting `domain`. */
  readonly domainTarget: string | undefined;
  /** The function of each route. */
  readonly functions: Readonly<Record<PlayerRoute, LambdaFunction>>;
  /** The role of each function. Add a policy here: the functions' own `addToRolePolicy` has no effect. */
  readonly roles: Readonly<Record<PlayerRoute, Role>>;
  /** The log group of each function. */
  readonly logGroups: Readonly<Record<PlayerRoute, LogGroup>>;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;
  /** The function that requests the public address once a minute, with its role and its logs. Undefined without the setting `probe`. */
  readonly probe: ProbeFunction | undefined;
  /** The alarms that notify, by their names in docs/runbook.md. */
  readonly alarms: Readonly<Record<string, AlarmBase>>;
  /** The dashboard for the people on call. */
  readonly dashboard: Dashboard;
  /** The key of the props, which `RejoinOperator` uses too. */
  readonly encryptionKey: IKey | undefined;
  /** The actions of the props, which `RejoinOperator` uses too. */
  readonly alarmActions: readonly IAlarmAction[];

  /**
   * @throws {SettingsError} names every setting that cannot be deployed, and says what to write instead. If the stack has a fixed
   * Region, an alarm topic of another Region is such a setting.
   * @throws {Error} if the names of stack and construct together are too long for the API's name
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
   * Adds outputs to the stack with what a web page needs: `ApiUrl`, `Issuer`, `Audience` and `Scope`. A deployment with its own user
   * pool also has `ClientId` and `SignInUrl`; one with a custom domain has `DomainTarget`.
   *
   * @param prefix begins each name, for a stack with several deployments
   * @throws {Error} if the stack already has an output of that name
   */
  addOutputs(prefix = ''): void {
    addOutputs(this, playerOutputs(this), prefix);
  }
}
