/** Lets in so many at once; the others wait, and get in in the order they came. */
export interface ConcurrencyLimit {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * @param atOnce how many may be inside
 * @param longestMs who stays longer is counted as outside from then on; default: nobody is
 */
export function concurrencyLimit(atOnce: number, longestMs = Number.POSITIVE_INFINITY): ConcurrencyLimit {
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = () => {
    // Who leaves hands the place on.
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
