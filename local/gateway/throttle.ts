import type { HttpApiModel, RouteModel, ThrottleModel } from '../template/model.ts';

/**
 * What the stage's own limit counts. AWS's page on throttling HTTP APIs says that a route's limit overrides, and nothing of what
 * becomes of the stage's:
 *
 * - `eachRoute`: nothing together. Each route without a limit of its own gets a bucket of the stage's size.
 * - `otherRoutes`: the routes without a limit of their own, together.
 * - `allRoutes`: every request that the route's own limit has let through. For REST APIs AWS documents this order, from the
 *   narrowest limit to the widest.
 * - `allRequests`: every request, also one that its route's limit then refuses.
 */
export type StageLimit = 'eachRoute' | 'otherRoutes' | 'allRoutes' | 'allRequests';

/** Takes one request from a token bucket; false when it is empty. */
export type Bucket = () => boolean;

/**
 * A bucket that gains `rateLimit` tokens a second and holds up to `burstLimit`.
 * @param now milliseconds on a clock that never goes back
 */
export function createBucket(limit: ThrottleModel, now: () => number): Bucket {
  let tokens = limit.burstLimit;
  let filledAt = now();
  return () => {
    const time = now();
    tokens = Math.min(limit.burstLimit, tokens + ((time - filledAt) / 1000) * limit.rateLimit);
    filledAt = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

const unlimited: Bucket = () => true;

/**
 * The limits of an API: whether a request for a route is let through.
 * @param now milliseconds on a clock that never goes back
 */
export function createThrottle(
  { throttle, routes }: Pick<HttpApiModel, 'throttle' | 'routes'>,
  stageLimit: StageLimit,
  now: () => number,
): (route: RouteModel) => boolean {
  const bucketOf = (limit: ThrottleModel | undefined) => (limit ? createBucket(limit, now) : unlimited);
  const stage = bucketOf(throttle);
  const buckets = new Map(
    routes.map((route) => {
      const own = bucketOf(route.throttle);
      const isOther = route.throttle === undefined;
      const inOrder: Record<StageLimit, Bucket[]> = {
        eachRoute: [isOther ? bucketOf(throttle) : own],
        otherRoutes: [isOther ? stage : own],
        allRoutes: [own, stage],
        allRequests: [stage, own],
      };
      return [route, inOrder[stageLimit]];
    }),
  );
  return (route) => (buckets.get(route) ?? []).every((takes) => takes());
}
