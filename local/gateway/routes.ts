import type { RouteModel } from '../template/model.ts';

/** The route that serves a request, and the values of its path variables. */
export interface RouteMatch {
  route: RouteModel;
  /** Decoded values by variable name; undefined when the route has no variables. */
  pathParameters?: Record<string, string>;
}

/** Finds the most specific route for a method and the decoded segments of a path. */
export type Router = (method: string, segments: readonly string[]) => RouteMatch | undefined;

interface Candidate {
  route: RouteModel;
  parts: string[];
}

/**
 * Chooses routes as an HTTP API does: a literal segment before a variable before a greedy variable, a method
 * before `ANY`, `$default` last (API Gateway developer guide, "Create routes for HTTP APIs"). A trailing slash
 * is a segment of its own, and a variable never matches an empty segment.
 */
export function createRouter(routes: readonly RouteModel[]): Router {
  const fallback = routes.find((route) => route.routeKey === '$default');
  const candidates: Candidate[] = routes
    .filter((route) => route !== fallback)
    .map((route) => ({ route, parts: route.path.slice(1).split('/') }))
    .sort(bySpecificity);
  return (method, segments) => {
    for (const { route, parts } of candidates) {
      if (route.method !== method && route.method !== 'ANY') continue;
      const pathParameters = matchParts(parts, segments);
      if (!pathParameters) continue;
      return Object.keys(pathParameters).length > 0 ? { route, pathParameters } : { route };
    }
    return fallback && { route: fallback };
  };
}

function matchParts(
  parts: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  for (const [position, part] of parts.entries()) {
    const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
    const segment = segments[position];
    if (name !== undefined && greedy === '+') {
      if (segment === undefined || segment === '') return undefined;
      values[name] = segments.slice(position).join('/');
      return values;
    }
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (segment !== part) return undefined;
    } else {
      if (segment === '') return undefined;
      values[name] = segment;
    }
  }
  return parts.length === segments.length ? values : undefined;
}

function bySpecificity(a: Candidate, b: Candidate): number {
  for (let position = 0; position < Math.max(a.parts.length, b.parts.length); position += 1) {
    const difference = rank(a.parts[position]) - rank(b.parts[position]);
    if (difference !== 0) return difference;
  }
  return Number(a.route.method === 'ANY') - Number(b.route.method === 'ANY');
}

function rank(part: string | undefined): number {
  if (part === undefined) return 0;
  if (!part.startsWith('{')) return 0;
  return part.endsWith('+}') ? 2 : 1;
}
