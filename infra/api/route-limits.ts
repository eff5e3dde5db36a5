/**
 * The limits of single routes, and of the stage. AWS does not say whether a route with a limit of its own also counts against the
 * stage's. So the stage's limit is the sum of its routes': wherever the stage counts, each route still finds its own part there.
 */
import type { ThrottleSettings } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Settings } from '../settings/settings.ts';
import type { ApiRoute } from './route-integration.ts';

/** The limits of a stage: of each route by its key, such as `GET /v1/streamsessions`, and of the stage itself. */
export interface StageLimits {
  readonly stage: Required<ThrottleSettings>;
  readonly routes: Readonly<Record<string, Required<ThrottleSettings>>>;
}

/** The same limit for all routes. Nothing is kept for any of them. */
export function stageLimitsOf({ ratePerSecond, burst }: Settings['throttling']): StageLimits {
  return { stage: { rateLimit: ratePerSecond, burstLimit: burst }, routes: {} };
}

/** API Gateway takes fractions of a request a second, but only whole bursts. */
function part({ ratePerSecond, burst }: Settings['throttling'], share: number): Required<ThrottleSettings> {
  return {
    rateLimit: Number((ratePerSecond * share).toFixed(3)),
    burstLimit: Math.max(1, Math.round(burst * share)),
  };
}

/** Each route's part of `throttling`, and their sum for the stage. */
export function routeLimitsOf(
  routes: readonly Pick<ApiRoute, 'method' | 'path' | 'throttleShare'>[],
  throttling: Settings['throttling'],
): StageLimits {
  const parts = routes.flatMap(({ method, path, throttleShare }) =>
    throttleShare === undefined ? [] : [[`${method} ${path}`, part(throttling, throttleShare)] as const],
  );
  const sum = (of: (limit: Required<ThrottleSettings>) => number) =>
    parts.reduce((total, [, limit]) => total + of(limit), 0);
  return {
    stage: {
      rateLimit: Number(sum(({ rateLimit }) => rateLimit).toFixed(3)),
      burstLimit: sum(({ burstLimit }) => burstLimit),
    },
    routes: Object.fromEntries(parts),
  };
}
