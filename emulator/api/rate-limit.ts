export interface RateLimit {
  /** Takes one token. @returns false when there is none */
  take(key: string): boolean;
}

/**
 * A token bucket for each key. It holds the tokens of one second, so as many requests may come at once.
 * @param rate requests a second for a key; called for each request, so a changed quota takes effect at once
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
