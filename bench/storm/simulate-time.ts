/** A clock that stands still while anything can be done and then jumps to whatever is due next. Whole milliseconds. */
export interface VirtualTime {
  /** Milliseconds since the beginning. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Does something then; what waits that way costs less memory than a promise. */
  after(milliseconds: number, act: () => void): void;
  /** Lets time pass until nothing is due any more. @param onSecond told each second that begins */
  run(onSecond?: (second: number) => void): Promise<void>;
}

export function virtualTime(): VirtualTime {
  // One list a millisecond: a storm has hundreds of things due at once, and a heap would compare each of them.
  const due: (Array<() => void> | undefined)[] = [];
  let now = 0;
  function after(milliseconds: number, act: () => void): void {
    const at = now + Math.max(1, Math.ceil(milliseconds));
    const list = due[at];
    if (list) list.push(act);
    else due[at] = [act];
  }
  return {
    now: () => now,
    after,
    sleep: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
    async run(onSecond) {
      // What is ready before the first moment.
      await new Promise((resolve) => setImmediate(resolve));
      for (; now < due.length; now++) {
        if (now % 1000 === 0) onSecond?.(now / 1000);
        const ready = due[now];
        if (!ready) continue;
        due[now] = undefined;
        for (const act of ready) act();
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
