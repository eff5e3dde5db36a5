import type { PacedOperation } from '../../contract/deployed-settings.ts';
import type { Table } from '../dynamodb/table.ts';
import { Problem } from '../problems/problems.ts';
import { busyItemWaitMs, lastSafeTicket, queueFor, stepOf, ticketBeforeEnd, ticketPastEnd } from './queue.ts';
import { tableQueueItems } from './queue-items.ts';
import { currentRate, sampleWeight } from './queue-rate.ts';
import { isQueueing, type QueueName, type QueueState, queueState } from './queue-state.ts';

/** What the admission queue answers to an arrival without a ticket. Epoch milliseconds. */
export type Admission =
  /** Nobody waits: AWS may be called at once. */
  | 'notQueued'
  /** The ticket, whether it is one of the overflow queue, and how many tickets a second are given. */
  | { at: number; spare: boolean; perSecond: number }
  /** The queue's item is too busy to give tickets: ask again then. */
  | { askAgainAt: number };

/** A request that wants to call AWS. */
export interface Arrival {
  /** The likely end of what the request is to save, epoch milliseconds. */
  end: number;
}

/** Tickets at one operation's quota in one Region, shared by all functions of the deployment. */
export interface AdmissionQueue {
  /** Whether the arrival needs a ticket, and which it gets. A busy or failing table makes it wait, never fail. */
  admit(arrival: Arrival): Promise<Admission>;
  /** The next ticket of an arrival whom AWS throttled. @param hadTicket it came on a ticket of its own. */
  readmit(arrival: Arrival, hadTicket: boolean): Promise<Exclude<Admission, 'notQueued'>>;
  /** Counts a call that came on a ticket: whether AWS took it, and which queue the ticket was of. */
  countCall(call: { taken: boolean; spare: boolean }): Promise<void>;
}

/** The admission queue over the table. Each sandbox makes one an operation and Region. */
export function tableAdmissionQueue(
  table: Table,
  of: { operation: PacedOperation; region: string; quota: number },
  { now, random }: { now: () => number; random: () => number },
): AdmissionQueue {
  const items = tableQueueItems(table, of, now);
  const { shards, share } = items;
  const anyShard = () => Math.min(shards - 1, Math.floor(random() * shards));
  const lastKnown = (shard: number) => items.known(shard) ?? queueState(undefined, share);
  const read = (shard: number) => items.read(shard, (state: QueueState) => isQueueing(state, now()));
  const ticketAt = (shard: number, at: number, spare: boolean) => ({
    at,
    spare,
    perSecond: currentRate(lastKnown(shard), share, now()) * shards,
  });
  const busy = (shard: number): Exclude<Admission, 'notQueued'> => {
    const at = now();
    return { askAgainAt: at + busyItemWaitMs(items.known(shard), at, random()) };
  };

  /** A ticket of a queue, if it comes by a limit. A later one must not be taken: it would be lost. */
  async function takeBy(shard: number, queue: QueueName, opens: boolean, limit?: number) {
    const step = stepOf(lastKnown(shard), share, { queue, now: now(), opens });
    const ticket = await items.take(shard, step, limit);
    return ticket === undefined ? undefined : ticketAt(shard, ticket, queue === 'overflowNextFreeAt');
  }

  async function take(
    shard: number,
    queue: QueueName,
    opens: boolean,
  ): Promise<Exclude<Admission, 'notQueued'>> {
    return (await takeBy(shard, queue, opens)) ?? busy(shard);
  }

  /** A busy item is one more reason to wait; a defect of ours is not. */
  const unlessBusy = async (shard: number, work: () => Promise<Admission>): Promise<Admission> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Problem) return busy(shard);
      throw error;
    }
  };

  return {
    admit({ end }) {
      const shard = anyShard();
      return unlessBusy(shard, async () => {
        const state = await read(shard);
        if (!isQueueing(state, now())) return 'notQueued';
        const arrival = { now: now(), end, again: false };
        const late = ticketPastEnd(state, { ...arrival, random: random() });
        if (late !== undefined) return ticketAt(shard, late, false);
        const queue = queueFor(state, arrival);
        const ifFull = queueFor({ ...state, nextFreeAt: Number.MAX_VALUE }, arrival);
        if (queue !== 'nextFreeAt' || ifFull === 'nextFreeAt') return take(shard, queue, false);
        return (
          (await takeBy(shard, 'nextFreeAt', false, lastSafeTicket(end))) ??
          (await take(shard, 'overflowNextFreeAt', false))
        );
      });
    },
    async readmit({ end }, hadTicket) {
      const shard = anyShard();
      const admission = await unlessBusy(shard, async () => {
        if (!hadTicket) return take(shard, 'nextFreeAt', true);
        if (!items.known(shard)) await read(shard);
        const state = lastKnown(shard);
        const arrival = { now: now(), end, again: true };
        const late = ticketPastEnd(state, { ...arrival, random: random() });
        if (late === undefined) return take(shard, queueFor(state, arrival), true);
        return ticketAt(shard, ticketBeforeEnd(now(), end, random()) ?? late, true);
      });
      if (admission !== 'notQueued' && 'at' in admission) return admission;
      // A player who has had a ticket does not go back to the end of the queue, whatever the table is doing.
      return hadTicket
        ? ticketAt(shard, now() + busyItemWaitMs(undefined, now(), random()), true)
        : busy(shard);
    },
    async countCall(call) {
      if (random() * sampleWeight(share) >= 1) return;
      try {
        await items.count(anyShard(), call);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    },
  };
}
