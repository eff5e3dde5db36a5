/** Runs so many tasks at once. The others wait, and start in order of arrival. */
export interface ConcurrencyLimit {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * @param atOnce how many tasks may run
 * @param longestMs a task that runs longer no longer counts; default: every task counts to its end
 */
export function concurrencyLimit(atOnce: number, longestMs = Number.POSITIVE_INFINITY): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    // The next waiting task takes over the place.
    const next = waiting.shift();
    if (next) next();
    else inside -= 1;
  };
  return {
    async run(work) {
      if (inside >= atOnce) await new Promise<void>((letIn) => waiting.push(letIn));
      else inside += 1;
      let counted = true;
      const leaveOnce = () => {
        if (counted) leave();
        counted = false;
      };
      const timer = Number.isFinite(longestMs) ? setTimeout(leaveOnce, longestMs) : undefined;
      try {
        return await work();
      } finally {
        clearTimeout(timer);
        leaveOnce();
      }
    },
  };
}
