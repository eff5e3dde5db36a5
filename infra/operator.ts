/**
 * The operator API as one construct: an API, functions, roles and tables of its own, for the sessions of one `Rejoin`. It may
 * be in a stack of its own, as in `operator-stack.ts`, or in the stack of the `Rejoin`.
 */
import { Construct } from 'constructs';
import { OperatorApi } from './api/operator-api.ts';
import { operatorEnvironment } from './functions/environment.ts';
import type { GrantTargets } from './functions/grants.ts';
import { RouteFunction } from './functions/route-function.ts';
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

  /**
   * @param rejoin the deployment whose settings and sessions this uses. `operators` lists who may call; without it nobody may.
   * @throws {SettingsError} when the settings do not fit a function's environment, or name a topic of another Region
   */
  constructor(scope: Construct, id: string, { settings, table }: Rejoin) {
    super(scope, id);
    tag(this, settings);
    const { rates, audit } = new OperatorTables(this, 'Tables', settings);
    const targets: GrantTargets = {
      streamGroups: settings.streamGroups,
      tables: { table, rateTable: rates, auditTable: audit },
    };
    const functions = operatorRoutes.map((route) => {
      const environment = operatorEnvironment(settings, route, targets);
      const { function: handler, invoked } = new RouteFunction(this, route.name, {
        route,
        settings,
        targets,
        environment,
      });
      return { route, name: route.name, function: handler, invoked };
    });
    const routes = functions.flatMap(({ route: { method, path, queryPath }, function: handler, invoked }) =>
      [path, ...(queryPath === undefined ? [] : [queryPath])].map((each) => ({
        method,
        path: each,
        function: handler,
        invoked,
      })),
    );
    const { api, arn } = new OperatorApi(this, 'Api', { routes, settings });
    new OperatorAlarms(this, 'Alarms', { routes: functions, settings });
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
