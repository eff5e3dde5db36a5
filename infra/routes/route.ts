/** What a row of `player-routes.ts` and `operator-routes.ts` says. */
import type { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';

/** Tables by what they hold: players' sessions, operators' rates, what operators did. */
export type TableTarget = 'table' | 'rateTable' | 'auditTable';

/** What a grant is about; `grants.ts` turns each into ARNs. */
export type GrantTarget = 'streamGroups' | 'streamGroupsAndApplications' | TableTarget;

export function isTable(target: GrantTarget): target is TableTarget {
  return target !== 'streamGroups' && target !== 'streamGroupsAndApplications';
}

export interface Grant {
  /** IAM actions without their service, which the target implies. Never a wildcard. */
  readonly actions: readonly string[];
  readonly on: GrantTarget;
  /** Granted only where this setting is on: what is off needs no permission. */
  readonly onlyWith?: 'adoption';
  readonly why: string;
}

export interface Route {
  /** Also the folder of the entry point: `lambdas/<name>/handler.ts`. */
  readonly name: string;
  readonly does: string;
  readonly method: HttpMethod;
  readonly path: string;
  /**
   * The function's time-out, well below the 30 seconds after which API Gateway gives up. A lease outlasts it, so every
   * second here is one that a killed function costs a player.
   */
  readonly timeoutSeconds: number;
  readonly grants: readonly Grant[];
}

/** Paths mirror AWS's own resource paths. */
export const group = '/v1/streamgroups/{streamGroupId}/streamsessions';
export const session = `${group}/{streamSessionId}`;
