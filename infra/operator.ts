/**
 * The operator API as one construct: an API, functions, roles and tables of its own, for the sessions of one `Rejoin`. It may
 * be in a stack of its own, as in `operator-stack.ts`, or in the stack of the `Rejoin`.
 */
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

export class RejoinOperator extends Construct {
  /** Base URL of the operator API, without a slash at the end. */
  readonly apiUrl: string;
  /** The ARN on which a principal needs `execute-api:Invoke` to call every route. */
  readonly apiArn: string;
  /** The name of the audit table, with a record of every use. */
  readonly auditTableName: string;
  /** One record of each use, by session and time. It outlives the stack. */
  readonly auditTable: Table;
  readonly api: HttpApi;
  readonly functions: OperatorMembers<LambdaFunction>;
  /** What each function may do. Add a policy here: the functions' own `addToRolePolicy` has no effect. */
  readonly roles: OperatorMembers<Role>;
  /** The logs of each function. */
  readonly logGroups: OperatorMembers<LogGroup>;
  /** One line for each request, including those that never reach a function. */
  readonly accessLogs: LogGroup;
  /** The alarms, by their names in docs/runbook.md. */
  readonly alarms: Readonly<Record<string, AlarmBase>>;

  /**
   * @param rejoin the deployment whose settings and sessions this uses. `operators` lists who may call; without it nobody may.
   * Its `encryptionKey` encrypts these tables and logs too, and its `alarmActions` happen here too.
   * @throws {SettingsError} when the settings do not fit a function's environment, or name a topic of another Region
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
   * Writes what operators need into the outputs of the stack: `OperatorApiUrl`, `OperatorApiArn` and `AuditTable`.
   *
   * @param prefix in front of each name, for a stack with several deployments
   * @throws {Error} when the stack has an output of that name already
   */
  addOutputs(prefix = ''): void {
    const outputs = [
      { name: 'OperatorApiUrl', value: this.apiUrl, description: 'Base URL of the operator API' },
      {
        name: 'OperatorApiArn',
        value: this.apiArn,
        description: 'What an operator needs execute-api:Invoke on',
      },
      {
        name: 'AuditTable',
        value: this.auditTableName,
        description: 'Name of the table with a record of every use',
      },
    ];
    addOutputs(this, outputs, prefix);
  }
}
