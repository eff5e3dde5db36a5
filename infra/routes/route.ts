/** One route of `player-routes.ts` or `operator-routes.ts`. */
import type { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';

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

export interface Route {
  /** Also the folder of the entry file: `lambdas/routes/<name>/handler.ts`. */
  readonly name: string;
  readonly does: string;
  readonly method: HttpMethod;
  readonly path: string;
  /**
   * A second path of the same function. The variables of `path` are query parameters there, so their values may hold a slash:
   * nobody documents whether API Gateway keeps an encoded slash (`%2F`) within one segment of a path.
   */
  readonly queryPath?: string;
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

/** Paths mirror AWS's own resource paths. */
export const group = '/v1/streamgroups/{streamGroupId}/streamsessions';
export const session = `${group}/{streamSessionId}`;
