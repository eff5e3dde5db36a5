/** Types of the constructs' public members that have one value for each route, by the route's name. */
import type { Route } from './routes/route.ts';
import type { Settings } from './settings/settings.ts';

/** The routes of the player API. */
export type PlayerRoute = ProvisionedRoute | 'recoveries';

/** The routes whose answer a player waits for. They may have provisioned concurrency. */
export type ProvisionedRoute = keyof Settings['provisionedConcurrency'];

/** The routes of the operator API that every deployment has. */
export type OperatorRoute =
  | 'operator-shell'
  | 'operator-sessions'
  | 'operator-terminate'
  | 'operator-forget'
  | 'operator-brake'
  | 'operator-brake-status';

/** One value for each route of the operator API. `operator-export` is there only with the setting `exportBucket`. */
export type OperatorMembers<T> = Readonly<Record<OperatorRoute, T> & Partial<Record<'operator-export', T>>>;

/** @param make called once for each route, in their order */
export function byName<Name extends string, T>(
  routes: readonly Route[],
  make: (route: Route) => T,
): Readonly<Record<Name, T>> {
  return Object.fromEntries(routes.map((route) => [route.name, make(route)])) as Record<Name, T>;
}
