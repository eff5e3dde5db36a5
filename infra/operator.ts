/**
 * The operators' door as one construct: an API, functions, roles and tables of its own, beside a `Rejoin` whose players'
 * sessions it reaches. It may stand in a stack of its own, as `operator-stack.ts` has it, or in that of the `Rejoin`.
 */
import { Construct } from 'constructs';
import { OperatorApi } from './api/operator-api.ts';
import { operatorEnvironment } from './functions/environment.ts';
import type { GrantTargets } from './functions/grants.ts';
import { RouteFunction } from './functions/route-function.ts';
import { OperatorAlarms } from './monitoring/operator-alarms.ts';
import type { Rejoin } from './rejoin.ts';
import { operatorRoutes } from './routes/operator-routes.ts';
import { tag } from './settings/tags.ts';
import { OperatorTables } from './storage/operator-tables.ts';

export class RejoinOperator extends Construct {
  /** Base URL of the operator API, without a slash at the end. */
  readonly apiUrl: string;
  /** What a principal needs `execute-api:Invoke` on, to call every route. */
  readonly apiArn: string;
  /** Name of the table with a record of every use. */
  readonly auditTableName: string;

  /**
   * @param rejoin whose settings count here too: `operators` says who is let in, and without it nobody is
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
    const routes = operatorRoutes.map((route) => {
      const environment = operatorEnvironment(settings, route, targets);
      const { function: handler, invoked } = new RouteFunction(this, route.name, {
        route,
        settings,
        targets,
        environment,
      });
      return { name: route.name, method: route.method, path: route.path, function: handler, invoked };
    });
    const { api, arn } = new OperatorApi(this, 'Api', { routes, settings });
    new OperatorAlarms(this, 'Alarms', { routes, topicArn: settings.alarmTopic });
    this.apiUrl = api.apiEndpoint;
    this.apiArn = arn;
    this.auditTableName = audit.tableName;
  }
}
