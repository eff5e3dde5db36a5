/** One route of `player-routes.ts` or `operator-routes.ts`. */
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { RouteAddress, RouteName } from '../../contract/routes.ts';

/** The tables: player sessions, the brake, operator rates, operator audit. */
const tableTargets = ['table', 'brakeTable', 'rateTable', 'auditTable'] as const;
export type TableTarget = (typeof tableTargets)[number];

/** The target of a grant; `grants.ts` turns it into ARNs. */
export type GrantTarget =
  | 'streamGroups'
  | 'streamGroupsAndApplications'
  | 'gameRoles'
  | 'exportFolder'
  | TableTarget;

export function isTable(target: GrantTarget): target is TableTarget {
  return tableTargets.some((table) => table === target);
}

export interface Grant {
  /** IAM actions without the service prefix, which follows from the target. Never a wildcard. */
  readonly actions: readonly string[];
  readonly on: GrantTarget;
  /** The grant exists only if this setting is on. */
  readonly onlyWith?: 'adoption';
  /** Only items whose partition key begins with this. The policy says so (`dynamodb:LeadingKeys`). */
  readonly onlyItemsOf?: string;
  readonly why: string;
}

/** What the deployment adds to the address of a route. */
export interface DeployedRoute {
  /**
   * The function's time-out, well below API Gateway's 30 seconds. A lease lasts longer than this time-out, so each second here
   * makes a player wait a second longer after a killed function.
   */
  readonly timeoutSeconds: number;
  /**
   * How much of `throttling` the route gets, as a ratio: see `route-limits.ts`. Without it the route has no limit of its own.
   */
  readonly throttleShare?: number;
  readonly grants: readonly Grant[];
  /** The route, its function and its role exist only if this setting has a value. */
  readonly onlyWith?: 'exportBucket';
}

/** A route with its function. */
export interface Route extends Omit<RouteAddress, 'method'>, DeployedRoute {
  /** Also the folder of the entry file: `lambdas/routes/<name>/handler.ts`. */
  readonly name: RouteName;
  readonly method: HttpMethod;
}

/** The routes of an API, in the order of the contract. A route of the contract that is not deployed is a compile error. */
export function deployedRoutes<Name extends RouteName>(
  addresses: Readonly<Record<Name, RouteAddress>>,
  deployed: Readonly<Record<Name, DeployedRoute>>,
): Route[] {
  return (Object.keys(addresses) as Name[]).map((name) => ({
    name,
    ...addresses[name],
    method: HttpMethod[addresses[name].method],
    ...deployed[name],
  }));
}
