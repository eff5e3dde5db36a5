import type { PacedOperation } from '../../contract/deployed-settings.ts';
import { QUEUE_ATTRIBUTES, toStored } from '../dynamodb/stored-names.ts';
import type { Key, Table } from '../dynamodb/table.ts';
import { QUEUEING_MS, type QueueStep } from './queue.ts';
import { sampleWeight, windowResult } from './queue-rate.ts';
import { type QueueState, queueState, shardsOf } from './queue-state.ts';

/** For how long a sandbox that read an empty queue does not read again. */
const TRUSTED_MS = 200;
/** Two writers may race for the edge between an empty and a full queue, and then once more. */
const RACES = 3;

/** The item that paces an operation in a Region, or a part of its quota. */
export function queueKey(operation: PacedOperation, region: string, shard?: number): Key {
  return { pk: `PACER#${operation}#${region}${shard === undefined ? '' : `#${shard}`}`, sk: 'PACER' };
}

/** The items of one queue, each with its share of the quota, and what this sandbox knows of them. */
export interface QueueItems {
  shards: number;
  /** Of the quota, for each item. */
  share: number;
  /** The state as last read or written here; undefined where it never was. */
  known(shard: number): QueueState | undefined;
  /** A state that may be a little stale. An empty queue is remembered for a moment, a full one is not: it grows by hundreds of tickets in that time. */
  read(shard: number, isQueueing: (state: QueueState) => boolean): Promise<QueueState>;
  /**
   * Takes a ticket, epoch milliseconds. Undefined where others were always quicker, or where the queue is longer than was known
   * and its ticket would come after the limit.
   */
  take(shard: number, step: QueueStep, limit?: number): Promise<number | undefined>;
  /** Counts a call on a ticket, and changes the rate where a window is full. */
  count(shard: number, call: { taken: boolean; spare: boolean }): Promise<void>;
}

export function tableQueueItems(
  table: Table,
  { operation, region, quota }: { operation: PacedOperation; region: string; quota: number },
  now: () => number,
): QueueItems {
  const shards = shardsOf(quota);
  const share = quota / shards;
  const known = new Map<number, { state: QueueState; at: number }>();
  const keyOf = (shard: number): Key => queueKey(operation, region, shards > 1 ? shard : undefined);
  const learn = (shard: number, item: Record<string, unknown> | undefined) => {
    const state = queueState(item, share);
    known.set(shard, { state, at: now() });
    return state;
  };

  return {
    shards,
    share,
    known: (shard) => known.get(shard)?.state,
    async read(shard, isQueueing) {
      const trusted = known.get(shard);
      if (trusted && now() - trusted.at < TRUSTED_MS && !isQueueing(trusted.state)) return trusted.state;
      return learn(shard, await table.get(keyOf(shard), { stale: true }));
    },
    async take(shard, step, limit = Number.MAX_SAFE_INTEGER) {
      const { queue, now: at, intervalMs } = step;
      let joining = (known.get(shard)?.state[queue] ?? 0) > at;
      for (let race = 0; race < RACES; race++, joining = !joining) {
        const item = await table.update(keyOf(shard), joining ? joinUpdate(step, limit) : beginUpdate(step));
        if (item) return learn(shard, item)[queue] - intervalMs;
        // A queue that was seen to be full can't have become empty: it is too long.
        if (joining && limit < Number.MAX_SAFE_INTEGER) return undefined;
      }
      return undefined;
    },
    async count(shard, { taken, spare }) {
      const weight = sampleWeight(share);
      const item = await table.update(keyOf(shard), {
        update: 'SET #n = if_not_exists(#n, :zero) + :weight, #shown = if_not_exists(#shown, :zero) + :shown',
        names: { '#n': taken ? 'taken' : 'refused', '#shown': 'shown' },
        values: { ':weight': weight, ':shown': spare ? 0 : weight, ':zero': 0 },
      });
      const state = learn(shard, item ?? undefined);
      const result = windowResult(state, share, now());
      if (!result) return;
      const changes = Object.entries(toStored(result, QUEUE_ATTRIBUTES));
      await table.update(keyOf(shard), {
        update: `SET ${changes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
        condition: 'attribute_not_exists(#windowAt) OR #windowAt = :before',
        names: Object.fromEntries(changes.map(([name]) => [`#${name}`, name])),
        values: {
          ...Object.fromEntries(changes.map(([name, value]) => [`:${name}`, value])),
          ':before': state.windowAt,
        },
      });
    },
  };
}

/** The step where players wait: the ticket is the queue's next one. */
function joinUpdate({ queue, now, intervalMs, opens }: QueueStep, limit: number) {
  return {
    update: `SET #queue = #queue + :interval${opens ? ', #until = :until' : ''}`,
    condition: '#queue > :now AND #queue <= :limit',
    names: namesOf(queue, opens),
    values: { ...valuesOf(now, opens), ':interval': intervalMs, ':limit': limit },
  };
}

/** The step where nobody waits: the queue begins anew. */
function beginUpdate({ queue, now, intervalMs, firstTicket, opens, begins }: QueueStep) {
  const counters = begins ? ', #taken = :zero, #refused = :zero, #shown = :zero, #windowAt = :first' : '';
  return {
    update: `SET #queue = :next${opens ? ', #until = :until' : ''}${counters}`,
    condition: 'attribute_not_exists(#queue) OR #queue <= :now',
    names: {
      ...namesOf(queue, opens),
      ...(begins
        ? { '#taken': 'taken', '#refused': 'refused', '#shown': 'shown', '#windowAt': 'windowAt' }
        : {}),
    },
    values: {
      ...valuesOf(now, opens),
      ':next': firstTicket + intervalMs,
      ...(begins ? { ':zero': 0, ':first': firstTicket } : {}),
    },
  };
}

function namesOf(queue: QueueStep['queue'], opens: boolean): Record<string, string> {
  return {
    '#queue': QUEUE_ATTRIBUTES[queue],
    ...(opens ? { '#until': QUEUE_ATTRIBUTES.queueingUntil } : {}),
  };
}

function valuesOf(now: number, opens: boolean): Record<string, unknown> {
  return { ':now': now, ...(opens ? { ':until': now + QUEUEING_MS } : {}) };
}
