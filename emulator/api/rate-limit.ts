export interface RateLimit {
  /** Takes one request's worth, or says that there is none. */
  take(key: string): boolean;
}

/**
 * A token bucket for each key. It holds one second's worth, so a burst of the rate passes at once.
 * @param rate requests a second for a key; asked each time, so a changed quota holds from the next request on
 */
export function createRateLimit(rate: (key: string) => number, now: () => number = Date.now): RateLimit {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (key) => {
      const time = now();
      const limit = rate(key);
      const size = Math.max(1, limit);
      const bucket = buckets.get(key) ?? { tokens: size, at: time };
      const elapsed = Math.max(0, time - bucket.at) / 1000;
      const tokens = Math.min(size, bucket.tokens + elapsed * limit);
      const taken = tokens >= 1;
      buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: time });
      return taken;
    },
  };
}
