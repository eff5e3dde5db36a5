/** Packets on their way: each is let go at its time, those of one time in the order in which they came. */
export interface DelayLine {
  /** @param at when to let go, in milliseconds of `performance.now()`; in the past: at once, if nothing waits */
  add(at: number, letGo: () => void): void;
  /** Lets everything go now. */
  flush(): void;
  /** Loses everything. */
  clear(): void;
}

export function createDelayLine(): DelayLine {
  /** In order of time. One queue and one timer: timers of different lengths would let packets overtake each other. */
  const waiting: { at: number; letGo: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    clearTimeout(timer);
    const [first] = waiting;
    timer = first && setTimeout(letDueGo, Math.max(0, Math.ceil(first.at - performance.now()))).unref();
  };
  const letDueGo = () => {
    const now = performance.now();
    const count = waiting.findIndex(({ at }) => at > now);
    for (const { letGo } of waiting.splice(0, count < 0 ? waiting.length : count)) letGo();
    schedule();
  };

  return {
    add: (at, letGo) => {
      if (waiting.length === 0 && at <= performance.now()) return letGo();
      let place = waiting.length;
      while (place > 0 && (waiting[place - 1]?.at ?? 0) > at) place -= 1;
      waiting.splice(place, 0, { at, letGo });
      if (place === 0) schedule();
    },
    flush: () => {
      clearTimeout(timer);
      for (const { letGo } of waiting.splice(0)) letGo();
    },
    clear: () => {
      clearTimeout(timer);
      waiting.length = 0;
    },
  };
}
