import type { Table } from '../dynamodb/table.ts';
import { takeFromRateLimit } from '../limits/shared-rate-limit.ts';
import { Problem } from '../problems/problems.ts';
import { queueKey } from './queue-items.ts';
import { currentRate, slowedRate } from './queue-rate.ts';
import { type QueueState, queueState } from './queue-state.ts';

/** Calls of GetStreamSession, made at once or not at all: a status that is a little older will do. */
export interface LookupLimiter {
  /**
   * @param urgent a player waits for the answer to a start; a part of the quota is kept for those.
   * @returns whether AWS may be called. False where the table does not answer: under load that is the likelier truth.
   */
  take(urgent: boolean): Promise<boolean>;
  /** AWS throttled one: others use the quota too, so fewer are taken for a while. */
  slowDown(): Promise<void>;
}

/** How much of a second's quota may be used at once, by polls and by players who wait. */
const POLL_MS = 750;
const URGENT_MS = 1000;
/** The rate is lowered at most this often, however many calls are throttled together. */
const SLOWED_EVERY_MS = 1000;

/** The same schedule as an admission queue's, in an item of its own. Only a place that is free at once is taken. */
export function tableLookupLimiter(
  table: Table,
  { region, quota }: { region: string; quota: number },
  now: () => number,
): LookupLimiter {
  const key = queueKey('GetStreamSession', region);
  let known: QueueState = queueState(undefined, quota);
  const fullUntil = { poll: 0, urgent: 0 };

  async function takeAt(at: number, intervalMs: number, withinMs: number): Promise<boolean> {
    const item = await takeFromRateLimit(table, key, {
      at,
      intervalMs,
      withinMs,
      isBusy: known.nextFreeAt > at,
    });
    if (item) known = queueState(item, quota);
    return item !== null;
  }

  return {
    async take(urgent) {
      const at = now();
      const kind = urgent ? 'urgent' : 'poll';
      // No place can be free before then. Another request would only heat an item that is hot already.
      if (at < fullUntil[kind]) return false;
      const intervalMs = 1000 / currentRate(known, quota, at);
      try {
        const free = await takeAt(at, intervalMs, Math.max(intervalMs, urgent ? URGENT_MS : POLL_MS));
        if (!free) fullUntil[kind] = at + intervalMs;
        return free;
      } catch (error) {
        if (error instanceof Problem) return false;
        throw error;
      }
    },
    async slowDown() {
      const at = now();
      try {
        await table.update(key, {
          update: 'SET #rate = :rate, #changedAt = :now',
          condition: 'attribute_not_exists(#changedAt) OR #changedAt <= :before',
          names: { '#rate': 'rate', '#changedAt': 'changedAt' },
          values: { ':rate': slowedRate(known, quota, at), ':now': at, ':before': at - SLOWED_EVERY_MS },
        });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
}
