/** The operator API as one construct, for your own CDK app. */
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { AlarmBase } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { OperatorApi } from './api/operator-api.ts';
import { operatorEnvironment } from './functions/environment.ts';
import type { GrantTargets } from './functions/grants.ts';
import { RouteFunction } from './functions/route-function.ts';
import { byName, type OperatorMembers, type OperatorRoute } from './members.ts';
import { OperatorAlarms } from './monitoring/operator-alarms.ts';
import { addOutputs } from './outputs.ts';
import type { Rejoin } from './rejoin.ts';
import { operatorRoutes } from './routes/operator-routes.ts';
import { tag } from './settings/tags.ts';
import { OperatorTables } from './storage/operator-tables.ts';

/**
 * The operator API for the sessions of one `Rejoin`, with its own API, functions, roles, tables and alarms. It may be in the stack of
 * that `Rejoin`, or in a separate stack as in `operator-stack.ts`.
 */
export class RejoinOperator extends Construct {
  /** Base URL of the operator API, without a slash at the end. */
  readonly apiUrl: string;
  /** A principal that may `execute-api:Invoke` this ARN can call every route. */
  readonly apiArn: string;
  /** The name of `auditTable`. */
  readonly auditTableName: string;
  /** One record of each use, by session and time. The table outlives the stack, whatever `removalPolicy` says. */
  readonly auditTable: Table;
  /** The HTTP API. It accepts only requests that IAM principals have signed. */
  readonly api: HttpApi;
  /** The function of each route. `operator-export` is there only with the setting `exportBucket`. */
  readonly functions: OperatorMembers<LambdaFunction>;
  /** The role of each function. Add a policy here: the functions' own `addToRolePolicy` has no effect. */
  readonly roles: OperatorMembers<Role>;
  /** The log group of each function. */
  readonly logGroups: OperatorMembers<LogGroup>;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;
  /** The alarms, by their names in docs/runbook.md. */
  readonly alarms: Readonly<Record<string, AlarmBase>>;

  /**
   * @param rejoin the deployment whose settings and sessions it uses. Its setting `operators` lists the principals that may call; without
   * it every caller is refused. Its `encryptionKey` and `alarmActions` apply here too.
   * @throws {SettingsError} if the settings do not fit into a function's environment, or name a topic of another Region
   */
  constructor(scope: Construct, id: string, rejoin: Rejoin) {
    super(scope, id);
    const { settings, table, brakeTable, encryptionKey, alarmActions } = rejoin;
    tag(this, settings);
    const { rates, audit } = new OperatorTables(this, 'Tables', settings, encryptionKey);
    const targets: GrantTargets = {
      streamGroups: settings.streamGroups,
      tables: { table, brakeTable, rateTable: rates, auditTable: audit },
      exportBucket: settings.exportBucket,
      encryptionKey,
    };
    const deployed = operatorRoutes.filter(
      ({ onlyWith }) => onlyWith === undefined || settings[onlyWith] !== undefined,
    );
    const functions = byName<OperatorRoute, RouteFunction>(deployed, (route) => {
      const environment = operatorEnvironment(settings, route, targets);
      return new RouteFunction(this, route.name, { route, settings, targets, environment });
    });
    const named = deployed.map((route) => ({ route, ...functions[route.name as OperatorRoute] }));
    const routes = named.flatMap(({ route: { method, path, queryPath }, function: handler, invoked }) =>
      [path, ...(queryPath === undefined ? [] : [queryPath])].map((each) => ({
        method,
        path: each,
        function: handler,
        invoked,
      })),
    );
    const { api, arn, accessLogs } = new OperatorApi(this, 'Api', { routes, settings, encryptionKey });
    const { all } = new OperatorAlarms(this, 'Alarms', {
      routes: named.map(({ route: { name }, function: handler }) => ({ name, function: handler })),
      settings,
      alarmActions,
    });
    this.api = api;
    this.accessLogs = accessLogs;
    this.auditTable = audit;
    this.functions = byName(deployed, ({ name }) => functions[name as OperatorRoute].function);
    this.roles = byName(deployed, ({ name }) => functions[name as OperatorRoute].role);
    this.logGroups = byName(deployed, ({ name }) => functions[name as OperatorRoute].logs);
    this.alarms = Object.fromEntries(all.map((alarm) => [alarm.node.id, alarm]));
    this.apiUrl = api.apiEndpoint;
    this.apiArn = arn;
    this.auditTableName = audit.tableName;
  }

  /**
   * Adds outputs to the stack with what operators need: `OperatorApiUrl`, `OperatorApiArn` and `AuditTable`.
   *
   * @param prefix begins each name, for a stack with several deployments
   * @throws {Error} if the stack already has an output of that name
   */
  addOutputs(prefix = ''): void {
    const outputs = [
      { name: 'OperatorApiUrl', value: this.apiUrl, description: 'Base URL of the operator API' },
      {
        name: 'OperatorApiArn',
        value: this.apiArn,
        description: 'The ARN for which an operator needs the permission execute-api:Invoke',
      },
      {
        name: 'AuditTable',
        value: this.auditTableName,
        description: 'Name of the audit table, with one record of each use',
      },
    ];
    addOutputs(this, outputs, prefix);
  }
}
