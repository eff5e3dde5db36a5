/** A clock that stands still until it is advanced, and timers that go by it. Milliseconds. */
export interface VirtualClock {
  now(): number;
  setTimeout(action: () => void, ms: number): number;
  clearTimeout(timer: unknown): void;
  /** Lets so much time pass: timers fire in order, and whatever they set off runs before the next one. */
  advance(ms: number): Promise<void>;
  /** A machine that sleeps: time passes, nothing runs. Overdue timers fire when it wakes. */
  sleep(ms: number): Promise<void>;
  /** Timers that have not fired. */
  pending(): number;
}

/** Lets everything run that waits for nothing but its turn. */
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

/** What a client takes from its browser, on this clock: the middle of every spread, keys that count up, and no other tab. */
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
