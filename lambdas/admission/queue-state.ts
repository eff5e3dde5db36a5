import { QUEUE_ATTRIBUTES, storedName } from '../dynamodb/stored-names.ts';

/**
 * What an admission queue keeps in one item: generic cell rate schedules. `nextFreeAt` is the next free ticket of the queue
 * that everybody joins. `overflowNextFreeAt` is that of a second, thinner queue over the places that no-shows leave in the
 * first: it serves players whose ticket in the first would come too late, and those whom AWS throttled on their ticket. Times
 * are epoch milliseconds, rates calls a second.
 */
export interface QueueState {
  nextFreeAt: number;
  overflowNextFreeAt: number;
  /** Until then every arrival takes a ticket, even where the queue is empty. */
  queueingUntil: number;
  /** What AWS granted when it was last found to grant less than the quota, and when that was. */
  rate: number;
  changedAt: number;
  /** The overflow queue's rate, as a part of the first's: how many no-shows are expected. */
  overflowShare: number;
  /** Calls on tickets since `windowAt` that AWS took (`taken`) and throttled (`refused`), and those of the first queue. */
  taken: number;
  refused: number;
  shown: number;
  windowAt: number;
}

/** The queue that a ticket is taken in, by the member that keeps its schedule. */
export type QueueName = 'nextFreeAt' | 'overflowNextFreeAt';

/** No-shows that are expected before any could be measured. */
const OVERFLOW_SHARE = 0.45;
/** One item serves a rate up to this; beyond, its writes (1,000 a second for an item) would be the bottleneck. */
const RATE_OF_ONE_ITEM = 100;

/** How many items a quota is spread over. Each paces its part on its own. */
export function shardsOf(quota: number): number {
  return Math.max(1, Math.ceil(quota / RATE_OF_ONE_ITEM));
}

/** The state behind an item, or behind none. */
export function queueState(item: Readonly<Record<string, unknown>> | undefined, quota: number): QueueState {
  const state: QueueState = {
    nextFreeAt: 0,
    overflowNextFreeAt: 0,
    queueingUntil: 0,
    rate: quota,
    changedAt: 0,
    overflowShare: OVERFLOW_SHARE,
    taken: 0,
    refused: 0,
    shown: 0,
    windowAt: 0,
  };
  for (const name of Object.keys(state) as (keyof QueueState)[]) {
    // Another version, or a repair by hand, may have left anything.
    const value = item?.[storedName(name, QUEUE_ATTRIBUTES)];
    if (typeof value === 'number' && Number.isFinite(value)) state[name] = value;
  }
  return state;
}

/** Whether arrivals need a ticket. */
export function isQueueing(state: QueueState, now: number): boolean {
  return state.queueingUntil > now || state.nextFreeAt > now;
}
