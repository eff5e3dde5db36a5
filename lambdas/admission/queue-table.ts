import type { Key, Table } from '../dynamodb/table.ts';
import type { PacedOperation } from '../environment/settings.ts';
import { Problem } from '../problems/problems.ts';
import {
  busyItemWaitMs,
  currentRate,
  isQueueing,
  lastSafeTicket,
  QUEUEING_MS,
  type QueueName,
  type QueueState,
  type QueueStep,
  queueFor,
  queueState,
  sampleWeight,
  shardsOf,
  stepOf,
  ticketBeforeEnd,
  ticketPastEnd,
  windowResult,
} from './queue.ts';

/** What the pacer says to somebody without a turn. Epoch milliseconds. */
export type Admission =
  /** Nobody waits: AWS may be asked at once. */
  | 'calm'
  /** The turn, whether it lies in the line of spare places, and how many turns a second are given. */
  | { at: number; spare: boolean; perSecond: number }
  /** The pacer's item is too busy to give turns: ask again then. */
  | { askAgainAt: number };

/** Somebody who wants to call AWS. */
export interface Arrival {
  /** The likely end of what the visitor wants to save, epoch milliseconds. */
  end: number;
}

/** Turns at one operation's quota in one Region, shared by all functions of the deployment. */
export interface AdmissionQueue {
  /** Whether the visitor needs a turn, and which it gets. A busy or failing table makes it wait, never fail. */
  admit(visitor: Arrival): Promise<Admission>;
  /** The next turn of a visitor whom AWS throttled. @param turned it came on a turn of its own. */
  readmit(visitor: Arrival, turned: boolean): Promise<Exclude<Admission, 'calm'>>;
  /** Counts a call that came on a turn: what AWS made of it, and which line the turn was in. */
  countCall(call: { taken: boolean; spare: boolean }): Promise<void>;
}

/** For how long a sandbox that read that nobody waits does not read again. */
const TRUSTED_MS = 200;
/** Two writers may race for the edge between an empty and a full line, and then once more. */
const RACES = 3;

/** The item that paces an operation in a Region, or a part of its quota. */
export function queueKey(operation: PacedOperation, region: string, shard?: number): Key {
  return { pk: `PACER#${operation}#${region}${shard === undefined ? '' : `#${shard}`}`, sk: 'PACER' };
}

/** The pacer over the table. Each sandbox makes one an operation and Region. */
export function tableAdmissionQueue(
  table: Table,
  { operation, region, quota }: { operation: PacedOperation; region: string; quota: number },
  { now, random }: { now: () => number; random: () => number },
): AdmissionQueue {
  const shards = shardsOf(quota);
  const share = quota / shards;
  const known = new Map<number, { state: QueueState; at: number }>();

  const keyOf = (shard: number): Key => queueKey(operation, region, shards > 1 ? shard : undefined);
  const anyShard = () => Math.min(shards - 1, Math.floor(random() * shards));
  const lastKnown = (shard: number) => known.get(shard)?.state ?? queueState(undefined, share);
  const learn = (shard: number, item: Record<string, unknown> | undefined) => {
    const state = queueState(item as Partial<QueueState> | undefined, share);
    known.set(shard, { state, at: now() });
    return state;
  };
  const read = async (shard: number) => {
    const trusted = known.get(shard);
    // A line grows by hundreds of turns in that time; only its absence is remembered.
    const calm = trusted && now() - trusted.at < TRUSTED_MS && !isQueueing(trusted.state, now());
    if (calm) return trusted.state;
    return learn(shard, await table.get(keyOf(shard), { stale: true }));
  };

  /**
   * One move, whichever of its two cases the table is in. Undefined where others were always quicker, or where the line
   * is longer than was known and its turn would come after the limit.
   */
  async function make(
    shard: number,
    move: QueueStep,
    limit = Number.MAX_SAFE_INTEGER,
  ): Promise<number | undefined> {
    const { line, now: at, intervalMs, firstTurn, opens, begins } = move;
    const names = { '#line': line, ...(opens ? { '#until': 'pacingUntil' } : {}) };
    const until = opens ? ', #until = :until' : '';
    const values = { ':now': at, ...(opens ? { ':until': at + QUEUEING_MS } : {}) };
    const join = () =>
      table.update(keyOf(shard), {
        update: `SET #line = #line + :interval${until}`,
        condition: '#line > :now AND #line <= :limit',
        names,
        values: { ...values, ':interval': intervalMs, ':limit': limit },
      });
    const begin = () =>
      table.update(keyOf(shard), {
        update: `SET #line = :next${until}${begins ? ', #taken = :zero, #refused = :zero, #shown = :zero, #windowAt = :first' : ''}`,
        condition: 'attribute_not_exists(#line) OR #line <= :now',
        names: {
          ...names,
          ...(begins
            ? { '#taken': 'taken', '#refused': 'refused', '#shown': 'shown', '#windowAt': 'windowAt' }
            : {}),
        },
        values: {
          ...values,
          ':next': firstTurn + intervalMs,
          ...(begins ? { ':zero': 0, ':first': firstTurn } : {}),
        },
      });
    let joining = lastKnown(shard)[line] > at;
    for (let race = 0; race < RACES; race++, joining = !joining) {
      const item = await (joining ? join() : begin());
      if (item) return learn(shard, item)[line] - intervalMs;
      // A line that was seen to be full can't have become empty: it is too long.
      if (joining && limit < Number.MAX_SAFE_INTEGER) return undefined;
    }
    return undefined;
  }

  const turnAt = (shard: number, at: number, spare: boolean) => ({
    at,
    spare,
    perSecond: currentRate(lastKnown(shard), share, now()) * shards,
  });
  const busy = (shard: number): Exclude<Admission, 'calm'> => {
    const at = now();
    const state = known.get(shard)?.state;
    return { askAgainAt: at + busyItemWaitMs(state, at, random()) };
  };

  /** A turn of a line, if it comes by a limit. A turn that nobody wants must not be taken: it would be lost. */
  async function takeBy(shard: number, line: QueueName, opens: boolean, limit?: number) {
    const move = stepOf(lastKnown(shard), share, { line, now: now(), opens });
    const turn = await make(shard, move, limit);
    return turn === undefined ? undefined : turnAt(shard, turn, line === 'spareTat');
  }

  async function take(shard: number, line: QueueName, opens: boolean): Promise<Exclude<Admission, 'calm'>> {
    return (await takeBy(shard, line, opens)) ?? busy(shard);
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
  const quietly = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  };

  return {
    admit({ end }) {
      const shard = anyShard();
      return unlessBusy(shard, async () => {
        const state = await read(shard);
        if (!isQueueing(state, now())) return 'calm';
        const visitor = { now: now(), end, again: false };
        const late = ticketPastEnd(state, { ...visitor, random: random() });
        if (late !== undefined) return turnAt(shard, late, false);
        const line = queueFor(state, visitor);
        const hasChoice = line === 'tat' && queueFor({ ...state, tat: Number.MAX_VALUE }, visitor) !== 'tat';
        if (!hasChoice) return take(shard, line, false);
        return (
          (await takeBy(shard, 'tat', false, lastSafeTicket(end))) ?? (await take(shard, 'spareTat', false))
        );
      });
    },
    async readmit({ end }, turned) {
      const shard = anyShard();
      const entry = await unlessBusy(shard, async () => {
        if (!turned) return take(shard, 'tat', true);
        if (!known.has(shard)) await read(shard);
        const state = lastKnown(shard);
        const visitor = { now: now(), end, again: true };
        const late = ticketPastEnd(state, { ...visitor, random: random() });
        if (late === undefined) return take(shard, queueFor(state, visitor), true);
        return turnAt(shard, ticketBeforeEnd(now(), end, random()) ?? late, true);
      });
      if (entry !== 'calm' && 'at' in entry) return entry;
      // Who has had a turn does not go back to the end of the line, whatever the table is doing.
      return turned ? turnAt(shard, now() + busyItemWaitMs(undefined, now(), random()), true) : busy(shard);
    },
    countCall({ taken, spare }) {
      const weight = sampleWeight(share);
      if (random() * weight >= 1) return Promise.resolve();
      const shard = anyShard();
      return quietly(async () => {
        const item = await table.update(keyOf(shard), {
          update:
            'SET #n = if_not_exists(#n, :zero) + :weight, #shown = if_not_exists(#shown, :zero) + :shown',
          names: { '#n': taken ? 'taken' : 'refused', '#shown': 'shown' },
          values: { ':weight': weight, ':shown': spare ? 0 : weight, ':zero': 0 },
        });
        const state = learn(shard, item ?? undefined);
        const judged = windowResult(state, share, now());
        if (!judged) return;
        await table.update(keyOf(shard), {
          update:
            'SET #rate = :rate, #changedAt = :changedAt, #spareShare = :spareShare, ' +
            '#taken = :taken, #refused = :refused, #shown = :shown, #windowAt = :windowAt',
          condition: 'attribute_not_exists(#windowAt) OR #windowAt = :before',
          names: Object.fromEntries(Object.keys(judged).map((name) => [`#${name}`, name])),
          values: {
            ...Object.fromEntries(Object.entries(judged).map(([name, value]) => [`:${name}`, value])),
            ':before': state.windowAt,
          },
        });
      });
    },
  };
}
