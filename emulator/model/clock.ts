/** The time of one emulator: its sessions, quotas, tokens and outages go by it. Packets, pictures and signatures go by the machine's. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Calls once, at or after a time; at once does not happen before the caller has returned. It keeps no process alive.
   * @returns a function that cancels it
   */
  at(time: number, act: () => void): () => void;
}

export interface EmulatorClock extends Clock {
  /** Whether time passes by `advance` alone. */
  readonly isManual: boolean;
  /** Lets time pass: all that is due happens in its order, at its own time. It resolves when everything has happened. */
  advance(milliseconds: number): Promise<void>;
  /** Ends all timers. */
  close(): void;
}

/** setTimeout's longest delay. A timer that sleeps longer wakes in between. */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Due {
  time: number;
  act: () => void;
  timer: NodeJS.Timeout | undefined;
}

/**
 * The machine's clock, which can be advanced; or a manual one, which stands still otherwise.
 * @param machine epoch milliseconds of the machine
 */
export function createClock(isManual = false, machine: () => number = () => Date.now()): EmulatorClock {
  const waiting = new Set<Due>();
  const startedAt = machine();
  let advancedMs = 0;
  let isClosed = false;
  const now = () => (isManual ? startedAt : machine()) + advancedMs;

  const run = (due: Due) => {
    clearTimeout(due.timer);
    if (waiting.delete(due)) due.act();
  };
  const sleep = (due: Due) => {
    clearTimeout(due.timer);
    if (isManual || isClosed) return;
    const delay = Math.min(MAX_DELAY_MS, Math.max(0, due.time - now()));
    due.timer = setTimeout(() => (due.time > now() ? sleep(due) : run(due)), delay).unref();
  };
  /** The first one of equal times is the one that was set first. */
  const earliest = () => {
    let first: Due | undefined;
    for (const due of waiting) if (first === undefined || due.time < first.time) first = due;
    return first;
  };
  /** Answers are made in between: what follows from one timer may start another. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  return {
    isManual,
    now,
    at: (time, act) => {
      const due: Due = { time, act, timer: undefined };
      waiting.add(due);
      sleep(due);
      return () => {
        clearTimeout(due.timer);
        waiting.delete(due);
      };
    },
    advance: async (milliseconds) => {
      const end = now() + milliseconds;
      await settled();
      for (let due = earliest(); due && due.time <= end; due = earliest()) {
        advancedMs += Math.max(0, due.time - now());
        run(due);
        await settled();
      }
      advancedMs += Math.max(0, end - now());
      for (const due of waiting) sleep(due);
    },
    close: () => {
      isClosed = true;
      for (const due of waiting) clearTimeout(due.timer);
      waiting.clear();
    },
  };
}

/** The machine's own time. */
export const machineClock: Clock = createClock();
