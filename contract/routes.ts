/** Where the requests of an API go. Paths mirror AWS's own resource paths. */

/** The address of one route. */
export interface RouteAddress {
  /** A sentence without its full stop. The function's description and the OpenAPI summary have it. */
  readonly does: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /**
   * A second path of the same function. The variables of `path` are query parameters there, so their values may hold a slash:
   * AWS does not document whether API Gateway keeps an encoded slash (`%2F`) within one segment of a path.
   */
  readonly queryPath?: string;
}

/** The caller's own sessions. It only reads, so the probe and the doctor request it too. */
export const OWN_SESSIONS = '/v1/streamsessions';

/** The routes of the player API by name. The name is also the folder of the entry file: `lambdas/routes/<name>/handler.ts`. */
export const PLAYER_ROUTES = {
  start: {
    does: 'Starts a stream session as the calling player',
    method: 'POST',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions',
  },
  status: {
    does: "Reads the calling player's stream session",
    method: 'GET',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}',
  },
  sessions: {
    does: "Lists the calling player's live stream sessions",
    method: 'GET',
    path: OWN_SESSIONS,
  },
  reconnect: {
    does: "Reconnects the calling player to the player's own stream session",
    method: 'POST',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections',
  },
  terminate: {
    does: "Ends the calling player's stream session",
    method: 'DELETE',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}',
  },
  recoveries: {
    does: "Counts the calling player's report of a lost stream",
    method: 'POST',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/recoveries',
  },
} as const satisfies Record<string, RouteAddress>;

/** The routes of the operator API by name, as above. */
export const OPERATOR_ROUTES = {
  'operator-shell': {
    does: 'Opens an admin shell into a live stream session for an operator',
    method: 'POST',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/admin-shells',
  },
  'operator-sessions': {
    does: "Lists a player's stream sessions for an operator",
    method: 'GET',
    path: '/v1/players/{playerId}/streamsessions',
    queryPath: '/v1/streamsessions',
  },
  'operator-terminate': {
    does: "Ends any player's stream session for an operator",
    method: 'DELETE',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}',
  },
  'operator-export': {
    does: 'Exports the files of a live stream session for an operator',
    method: 'POST',
    path: '/v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/file-exports',
  },
  'operator-forget': {
    does: "Deletes the records of a player's stream sessions for an operator",
    method: 'POST',
    path: '/v1/players/{playerId}/erasures',
    queryPath: '/v1/erasures',
  },
  'operator-brake': {
    does: 'Pauses new sessions for an operator, or ends the pause',
    method: 'PUT',
    path: '/v1/brakes/starts',
  },
  'operator-brake-status': {
    does: 'Tells an operator whether new sessions are paused',
    method: 'GET',
    path: '/v1/brakes/starts',
  },
} as const satisfies Record<string, RouteAddress>;

export type PlayerRouteName = keyof typeof PLAYER_ROUTES;
export type OperatorRouteName = keyof typeof OPERATOR_ROUTES;
export type RouteName = PlayerRouteName | OperatorRouteName;

/** API Gateway's own name of a route, such as `GET /v1/streamsessions`. */
export function routeKey({ method, path }: Pick<RouteAddress, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** A path with its variables filled in, each as one segment. @throws {Error} naming a variable without a value */
export function pathWith(path: string, variables: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`The path ${path} needs a value for ${name}`);
    return encodeURIComponent(value);
  });
}
