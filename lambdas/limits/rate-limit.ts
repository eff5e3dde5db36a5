/**
 * A player's rate limit, as a generic cell rate schedule kept in one number: when the next request would be exactly on
 * schedule (`nextFreeAt`, epoch milliseconds; the theoretical arrival time of that algorithm).
 *
 * @param perMinute how many requests a minute are sustained, and how many may come at once.
 */
export interface RateLimit {
  perMinute: number;
}

/** The largest `nextFreeAt` at which a request is still within the rate limit at `now`. */
export function latestNextFreeAt(limit: RateLimit, now: number): number {
  const interval = 60_000 / limit.perMinute;
  return now + 60_000 - interval;
}

/** Milliseconds until a request with this `nextFreeAt` is within the rate limit; 0 when it already is. */
export function rateLimitWaitMs(limit: RateLimit, nextFreeAt: number, now: number): number {
  return Math.max(0, Math.ceil(nextFreeAt - latestNextFreeAt(limit, now)));
}

/** The `nextFreeAt` after one more request at `now`. */
export function chargedNextFreeAt(limit: RateLimit, nextFreeAt: number, now: number): number {
  return Math.max(nextFreeAt, now) + 60_000 / limit.perMinute;
}
