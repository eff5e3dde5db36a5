/** A virtual clock in milliseconds. It stands still while work can go on, then jumps to the next timer. */
export interface CampaignTime {
  /** Epoch milliseconds of the true clock. */
  now(): number;
  /** Calls `act` later. @returns cancels it */
  after(milliseconds: number, act: () => void): () => void;
  sleep(milliseconds: number): Promise<void>;
  /** Lets time pass until `holds` returns true. @throws Error where no timer is left before that */
  until(holds: () => boolean): Promise<void>;
  /** Lets time pass until some work is done. */
  finish<T>(work: Promise<T>): Promise<T>;
}

interface Due {
  at: number;
  order: number;
  act: (() => void) | undefined;
}

/** Lets all pending promises settle. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const isBefore = (a: Due, b: Due) => a.at < b.at || (a.at === b.at && a.order < b.order);

export function campaignTime(start: number): CampaignTime {
  const heap: Due[] = [];
  let now = start;
  let order = 0;

  function push(due: Due): void {
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(due, heap[parent] as Due)) break;
      heap[index] = heap[parent] as Due;
      index = parent;
    }
    heap[index] = due;
  }

  function pop(): Due | undefined {
    const [first] = heap;
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]];
      const child = right && left && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
      const smaller = heap[child];
      if (!smaller || !isBefore(smaller, last)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
    return first;
  }

  const time: CampaignTime = {
    now: () => now,
    after(milliseconds, act) {
      const due: Due = { at: now + Math.max(0, Math.ceil(milliseconds)), order: order++, act };
      push(due);
      return () => {
        due.act = undefined;
      };
    },
    sleep: (milliseconds) => new Promise((resolve) => time.after(milliseconds, resolve)),
    async until(holds) {
      await settled();
      while (!holds()) {
        const due = pop();
        if (!due) throw new Error('Nothing is due any more, and somebody still waits.');
        if (!due.act) continue;
        now = due.at;
        due.act();
        await settled();
      }
    },
    async finish(work) {
      let done = false;
      const mark = () => {
        done = true;
      };
      work.then(mark, mark);
      await time.until(() => done);
      return work;
    },
  };
  return time;
}
