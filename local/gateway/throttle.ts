import type { ThrottleModel } from '../template/model.ts';

/** Takes one request from a token bucket; false when it is empty. */
export type Bucket = () => boolean;

/**
 * A stage's limit for one route: a bucket that gains `rateLimit` tokens a second and holds up to `burstLimit`.
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
