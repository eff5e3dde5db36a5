/** A clock with timers that stands still until it is advanced. Milliseconds. */
export interface VirtualClock {
  now(): number;
  setTimeout(action: () => void, ms: number): number;
  clearTimeout(timer: unknown): void;
  /** Lets so much time pass. Timers fire in order, and all that follows from one runs before the next. */
  advance(ms: number): Promise<void>;
  /** The machine sleeps: time passes and nothing runs. Overdue timers fire when it wakes. */
  sleep(ms: number): Promise<void>;
  /** Timers that have not fired. */
  pending(): number;
}

/** Lets all pending promises settle. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @param startsAt milliseconds since the epoch */
export function createVirtualClock(startsAt = 1_800_000_000_000): VirtualClock {
  const timers = new Map<number, { at: number; action: () => void }>();
  let time = startsAt;
  let last = 0;

  async function runUntil(end: number): Promise<void> {
    for (;;) {
      await settle();
      let next: number | undefined;
      for (const [id, { at }] of timers) {
        if (at <= end && (next === undefined || at < (timers.get(next)?.at ?? 0))) next = id;
      }
      if (next === undefined) break;
      const timer = timers.get(next);
      timers.delete(next);
      time = Math.max(time, timer?.at ?? 0);
      timer?.action();
    }
    time = Math.max(time, end);
  }

  return {
    now: () => time,
    setTimeout(action, ms) {
      last += 1;
      timers.set(last, { at: time + Math.max(0, ms), action });
      return last;
    },
    clearTimeout(timer) {
      timers.delete(timer as number);
    },
    advance: (ms) => runUntil(time + ms),
    async sleep(ms) {
      await settle();
      time += ms;
      await runUntil(time);
    },
    pending: () => timers.size,
  };
}

/** A client's environment on this clock: the middle of every spread, keys that count up, and no other tab. */
export function clocked({ now, setTimeout, clearTimeout }: VirtualClock) {
  let keys = 0;
  return {
    now,
    setTimeout,
    clearTimeout,
    random: () => 0.5,
    uuid: () => {
      keys += 1;
      return `key-${keys}`;
    },
    locks: null,
  };
}
