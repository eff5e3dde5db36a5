/** Delays packets: sends each at its time, and packets of one time in the order in which they were added. */
export interface DelayLine {
  /** @param at when to send, in milliseconds of `performance.now()`; in the past: at once, if nothing waits */
  add(at: number, send: () => void): void;
  /** Sends every waiting packet now. */
  flush(): void;
  /** Drops every waiting packet. */
  clear(): void;
}

export function createDelayLine(): DelayLine {
  /** In order of time. One queue and one timer: timers of different lengths would let packets overtake each other. */
  const waiting: { at: number; send: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  const schedule = () => {
    clearTimeout(timer);
    const [first] = waiting;
    timer = first && setTimeout(sendDue, Math.max(0, Math.ceil(first.at - performance.now()))).unref();
  };
  const sendDue = () => {
    const now = performance.now();
    const count = waiting.findIndex(({ at }) => at > now);
    for (const { send } of waiting.splice(0, count < 0 ? waiting.length : count)) send();
    schedule();
  };

  return {
    add: (at, send) => {
      if (waiting.length === 0 && at <= performance.now()) return send();
      let index = waiting.length;
      while (index > 0 && (waiting[index - 1]?.at ?? 0) > at) index -= 1;
      waiting.splice(index, 0, { at, send });
      if (index === 0) schedule();
    },
    flush: () => {
      clearTimeout(timer);
      for (const { send } of waiting.splice(0)) send();
    },
    clear: () => {
      clearTimeout(timer);
      waiting.length = 0;
    },
  };
}
