/**
 * A player's budget of connection requests, as a generic cell rate schedule kept in one number: the theoretical
 * arrival time (`tat`, epoch milliseconds) of the next request that would be exactly on schedule.
 *
 * @param perMinute how many requests a minute are sustained, and how many may come at once.
 */
export interface RateLimit {
  perMinute: number;
}

/** The largest `tat` at which a request is still within budget at `now`. */
export function latestNextFreeAt(budget: RateLimit, now: number): number {
  const interval = 60_000 / budget.perMinute;
  return now + 60_000 - interval;
}

/** Milliseconds until a request with this `tat` is within budget; 0 when it already is. */
export function rateLimitWaitMs(budget: RateLimit, tat: number, now: number): number {
  return Math.max(0, Math.ceil(tat - latestNextFreeAt(budget, now)));
}

/** The `tat` after one more request at `now`. */
export function chargedNextFreeAt(budget: RateLimit, tat: number, now: number): number {
  return Math.max(tat, now) + 60_000 / budget.perMinute;
}
