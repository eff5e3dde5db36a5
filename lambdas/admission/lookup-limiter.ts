import type { Table } from '../dynamodb/table.ts';
import { takeFromRateLimit } from '../limits/shared-rate-limit.ts';
import { Problem } from '../problems/problems.ts';
import { currentRate, type QueueState, queueState, slowedRate } from './queue.ts';
import { queueKey } from './queue-table.ts';

/** Calls of GetStreamSession, made at once or not at all: a status that is a little older will do. */
export interface LookupLimiter {
  /**
   * @param urgent a player waits for the answer to a start; a part of the quota is kept for those.
   * @returns whether AWS may be asked; not when the table can't tell, which under load is the likelier truth.
   */
  take(urgent: boolean): Promise<boolean>;
  /** AWS throttled one: others use the quota too, so fewer are taken for a while. */
  slowDown(): Promise<void>;
}

/** How much of a second's quota may be called for at once, by those who only poll and by those who wait. */
const POLL_MS = 750;
const URGENT_MS = 1000;
/** The rate is lowered at most this often, however many calls are throttled together. */
const SLOWED_EVERY_MS = 1000;

/** The same schedule as the pacer's, in an item of its own, asked only for what is free at once. */
export function tableLookupLimiter(
  table: Table,
  { region, quota }: { region: string; quota: number },
  now: () => number,
): LookupLimiter {
  const key = queueKey('GetStreamSession', region);
  let known: QueueState = queueState(undefined, quota);
  const fullUntil = { poll: 0, urgent: 0 };

  async function takeAt(at: number, intervalMs: number, withinMs: number): Promise<boolean> {
    const item = await takeFromRateLimit(table, key, { at, intervalMs, withinMs, isBusy: known.tat > at });
    if (item) known = queueState(item, quota);
    return item !== null;
  }

  return {
    async take(urgent) {
      const at = now();
      const who = urgent ? 'urgent' : 'poll';
      // Asking the table again before a place can be free would only heat an item that is hot already.
      if (at < fullUntil[who]) return false;
      const intervalMs = 1000 / currentRate(known, quota, at);
      try {
        const free = await takeAt(at, intervalMs, Math.max(intervalMs, urgent ? URGENT_MS : POLL_MS));
        if (!free) fullUntil[who] = at + intervalMs;
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
