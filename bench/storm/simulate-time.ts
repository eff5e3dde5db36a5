/** A clock that stands still while anything can be done and then jumps to whatever is due next. Whole milliseconds. */
export interface VirtualTime {
  /** Milliseconds since the beginning. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Lets time pass until nothing is due any more. */
  run(): Promise<void>;
}

export function virtualTime(): VirtualTime {
  // One list a millisecond: a storm has hundreds of things due at once, and a heap would compare each of them.
  const due: (Array<() => void> | undefined)[] = [];
  let now = 0;
  return {
    now: () => now,
    sleep(milliseconds) {
      const at = now + Math.max(1, Math.ceil(milliseconds));
      return new Promise((resolve) => {
        const list = due[at];
        if (list) list.push(resolve);
        else due[at] = [resolve];
      });
    },
    async run() {
      // What is ready before the first moment.
      await new Promise((resolve) => setImmediate(resolve));
      for (; now < due.length; now++) {
        const ready = due[now];
        if (!ready) continue;
        due[now] = undefined;
        for (const resolve of ready) resolve();
        // All that follows from it, down to the next sleep.
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

/** A bucket of a second's worth of tokens, as AWS documents its request rates. */
export function tokenBucket(rate: number, now: () => number): () => boolean {
  let tokens = rate;
  let at = 0;
  return () => {
    tokens = Math.min(Math.max(1, rate), tokens + ((now() - at) * rate) / 1000);
    at = now();
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
