import { setTimeout as sleep } from 'node:timers/promises';

/** The doctor's time. Tests replace it. */
export interface Clocks {
  /** Epoch milliseconds, by this machine's clock. */
  now(): number;
  /** Milliseconds since some moment, for durations. */
  stopwatch(): number;
  /** Waits so many milliseconds. */
  wait(milliseconds: number): Promise<void>;
}

export const systemClocks: Clocks = {
  now: () => Date.now(),
  stopwatch: () => performance.now(),
  wait: (milliseconds) => sleep(milliseconds),
};
