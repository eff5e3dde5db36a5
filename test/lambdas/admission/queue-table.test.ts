import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepOf } from '../../../lambdas/admission/queue.ts';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import { slowedRate, windowResult } from '../../../lambdas/admission/queue-rate.ts';
import { type QueueState, queueState, shardsOf } from '../../../lambdas/admission/queue-state.ts';
import type { AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import { queuePositionOf } from '../../../lambdas/admission/ticket.ts';
import { fromStored, QUEUE_ATTRIBUTES, toStored } from '../../../lambdas/dynamodb/stored-names.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { admissionQueueOver, sharedTable } from '../broker.ts';

const real = sharedTable();

const START = 1_800_000_000_000;
const OPERATION = 'CreateStreamSessionConnection';
const NEVER = { end: Number.POSITIVE_INFINITY };
const at = (entry: Awaited<ReturnType<AdmissionQueue['admit']>>) =>
  entry !== 'notQueued' && 'at' in entry ? entry.at : Number.NaN;

/** An item as it stands, a queue that has not read it yet, and what the item becomes. */
async function standing(changes: Partial<QueueState>, quota = 20) {
  const clock = { now: START };
  const region = randomUUID();
  await real.table.putNew({ ...queueKey(OPERATION, region), ...toStored(changes, QUEUE_ATTRIBUTES) });
  const queue = (random = () => 0) => admissionQueueOver(real.table, clock, { region, quota, random });
  const item = async (): Promise<Partial<QueueState>> =>
    fromStored((await real.table.get(queueKey(OPERATION, region))) ?? {}, QUEUE_ATTRIBUTES);
  return { clock, region, queue, item };
}

describe('whether an arrival needs a ticket', () => {
  it('depends on the queue too: long after the last throttle nobody overtakes players who wait', async () => {
    const { queue } = await standing({ queueingUntil: START - 60_000, nextFreeAt: START + 30_000 });
    expect(await queue().admit(NEVER)).toMatchObject({ at: START + 30_000 });
  });

  it('is extended by every throttle, also while players wait: a long throttle is not forgotten after 10 s', async () => {
    const { queue, item } = await standing({ queueingUntil: START + 1000, nextFreeAt: START + 5000 });
    await queue().readmit(NEVER, false);
    expect((await item()).queueingUntil).toBe(START + 10_000);
  });

  it('is read anew while players wait: a function that saw a shorter queue wastes no ticket', async () => {
    const { clock, queue, item } = await standing({
      queueingUntil: START + 60_000,
      nextFreeAt: START + 117_900,
      overflowNextFreeAt: START + 5000,
    });
    const [one, other] = [queue(), queue()];
    const end = START + 120_000;
    await one.admit({ end });
    for (let i = 0; i < 10; i++) await other.admit(NEVER);
    const { nextFreeAt } = await item();
    clock.now += 100;
    expect(at(await one.admit({ end }))).toBe(START + 5000);
    expect((await item()).nextFreeAt).toBe(nextFreeAt);
  });
});

describe('a queue that is longer than a stale read says', () => {
  it('gives a player the place of the overflow queue that is in time, not one that is too late', async () => {
    const { clock, region, item } = await standing({
      queueingUntil: START + 600_000,
      nextFreeAt: START + 119_000,
      overflowNextFreeAt: START + 5000,
    });
    const stale = toStored(
      { queueingUntil: START + 600_000, nextFreeAt: START + 1000, overflowNextFreeAt: START + 5000 },
      QUEUE_ATTRIBUTES,
    );
    const table = { ...real.table, get: async () => stale };
    const ticket = await admissionQueueOver(table, clock, { region }).admit({ end: START + 120_000 });
    expect(ticket).toMatchObject({ at: START + 5000, spare: true });
    expect((await item()).nextFreeAt).toBe(START + 119_000);
  });

  it('gives a place of the first queue up to two seconds before the likely end, and no later one', async () => {
    for (const [nextFreeAt, spare] of [
      [START + 118_000, false],
      [START + 118_001, true],
    ] as const) {
      const { queue } = await standing({
        queueingUntil: START + 600_000,
        nextFreeAt,
        overflowNextFreeAt: START + 5000,
      });
      expect(await queue().admit({ end: START + 120_000 })).toMatchObject({ spare });
    }
  });
});

describe('a table that fails', () => {
  const failing = (error: Error): Table => ({
    ...real.table,
    get: () => Promise.reject(error),
    update: () => Promise.reject(error),
  });
  const queueOver = (error: Error) => admissionQueueOver(failing(error), { now: START });

  it('never fails a call that AWS has answered: what cannot be counted is left out', async () => {
    const down = queueOver(new Problem('upstream_unavailable', 'down'));
    await expect(down.countCall({ taken: true, spare: false })).resolves.toBeUndefined();
  });

  it('makes players wait and hides no defect of ours', async () => {
    const down = queueOver(new Problem('upstream_unavailable', 'down'));
    expect(await down.admit(NEVER)).toEqual({ askAgainAt: START + 1000 });
    const defect = new TypeError('defect');
    const broken = queueOver(defect);
    await expect(broken.countCall({ taken: true, spare: false })).rejects.toBe(defect);
    await expect(broken.admit(NEVER)).rejects.toBe(defect);
    await expect(broken.readmit(NEVER, true)).rejects.toBe(defect);
  });
});

describe('the counters of a window', () => {
  it('start anew with the first throttle of a storm: an earlier storm says nothing about this one', async () => {
    const { queue, item } = await standing({ taken: 500, refused: 400, windowAt: START - 86_400_000 });
    await queue().readmit(NEVER, false);
    expect(await item()).toMatchObject({ taken: 0, refused: 0, windowAt: START + 700 });
  });

  it('are kept while queueing goes on: throttles on an empty queue must not keep the rate from being judged', async () => {
    const counted = { taken: 5, refused: 4, windowAt: START - 1000 };
    const { clock, queue, item } = await standing({
      queueingUntil: START + 5000,
      nextFreeAt: START - 10,
      ...counted,
    });
    const one = queue();
    await one.admit(NEVER);
    // The ticket's interval has passed, and nobody else has come.
    clock.now += 100;
    await one.readmit(NEVER, false);
    expect(await item()).toMatchObject(counted);
  });

  it('count a sample where the quota is high: counting must not heat the item', async () => {
    const { queue, item } = await standing({ windowAt: START }, 100);
    await queue(() => 0.3).countCall({ taken: true, spare: false });
    expect(await item()).not.toHaveProperty('taken');
    await queue(() => 0.2).countCall({ taken: true, spare: false });
    await queue(() => 0.2).countCall({ taken: false, spare: false });
    expect(await item()).toMatchObject({ taken: 4, refused: 4 });
  });

  it('are judged once, by one of the functions that see the window full: the count of the next window survives', async () => {
    const { clock, queue, item } = await standing({
      taken: 20,
      refused: 20,
      windowAt: START - 2000,
      nextFreeAt: START + 9000,
    });
    await queue().countCall({ taken: true, spare: false });
    const judged = await item();
    expect(judged).toMatchObject({ taken: 0, refused: 0, windowAt: START });
    expect(judged.rate).toBeLessThan(20);
    clock.now += 100;
    await queue().countCall({ taken: true, spare: false });
    expect(await item()).toMatchObject({ taken: 1, windowAt: START, rate: judged.rate });
  });

  it('never overwrite what another function has judged meanwhile', async () => {
    const { clock, region, item } = await standing({ taken: 20, refused: 20, windowAt: START - 2000 });
    const late: Table = {
      ...real.table,
      async update(key, update) {
        if (update.update.includes('#windowAt')) {
          await real.table.update(key, {
            update: 'SET #windowAt = :now, #taken = :seven',
            names: { '#windowAt': 'windowAt', '#taken': 'taken' },
            values: { ':now': START, ':seven': 7 },
          });
        }
        return real.table.update(key, update);
      },
    };
    await admissionQueueOver(late, clock, { region }).countCall({ taken: true, spare: false });
    expect(await item()).toMatchObject({ windowAt: START, taken: 7 });
  });
});

describe('the rate after a window', () => {
  const full = { ...queueState(undefined, 20), windowAt: START, nextFreeAt: START + 60_000 };

  it('stays where AWS took all of it and throttled the calls beyond: nobody else uses the quota', () => {
    const judged = windowResult({ ...full, taken: 38, refused: 10 }, 20, START + 2000);
    expect(judged?.rate).toBe(20);
  });

  it('takes missing calls for no-shows only where players had tickets', () => {
    const empty = { ...full, nextFreeAt: START, taken: 1 };
    expect(windowResult(empty, 20, START + 2000)?.overflowShare).toBe(full.overflowShare);
  });

  it('goes down to what AWS took, not by a fixed part: another caller who uses a tenth keeps a tenth', () => {
    const judged = windowResult({ ...full, taken: 32, refused: 8 }, 20, START + 2000);
    expect(judged?.rate).toBeCloseTo(16 * 1.05, 5);
  });

  it('of status lookups never falls to zero, however often AWS throttles', () => {
    let state = queueState(undefined, 20);
    for (let i = 0; i < 100; i++) state = { ...state, rate: slowedRate(state, 20, START), changedAt: START };
    expect(state.rate).toBeCloseTo(0.4, 5);
  });
});

describe('the overflow queue', () => {
  const state = { ...queueState(undefined, 20), nextFreeAt: START + 200_000 };

  it('is thinner than the first by the expected no-shows, and does not begin at once: its first place is not empty yet', () => {
    const step = { queue: 'overflowNextFreeAt', now: START, opens: false } as const;
    const { intervalMs, firstTicket } = stepOf(state, 20, step);
    expect(intervalMs).toBeCloseTo(50 / state.overflowShare, 5);
    expect(firstTicket).toBeCloseTo(START + intervalMs, 2);
  });
});

describe('a quota above 100 calls a second', () => {
  it('is spread so that no item paces more than 100', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 10_000, noNaN: true }), (quota) => {
        expect(quota / shardsOf(quota)).toBeLessThanOrEqual(100);
        expect(quota / shardsOf(quota)).toBeGreaterThan(quota > 100 ? 50 : 0);
      }),
    );
  });

  it('is shared by its items: each has a queue of its own at its part of the rate', async () => {
    const clock = { now: START };
    const region = randomUUID();
    const shard = (random: number) =>
      admissionQueueOver(real.table, clock, { region, quota: 200, random: () => random });
    const tickets: number[] = [];
    for (const random of [0, 0, 0.5, 0.5]) tickets.push(at(await shard(random).readmit(NEVER, false)));
    expect(tickets.map((ticket) => ticket - START - 700)).toEqual([0, 10, 0, 10]);
    for (const index of [0, 1])
      expect(await real.table.get(queueKey(OPERATION, region, index))).toBeDefined();
  });
});

describe('a place in a queue that is spread over several items', () => {
  it('is computed by the rate of the item that gave the ticket, not of the item that was read last', async () => {
    const region = randomUUID();
    await real.table.putNew({ ...queueKey(OPERATION, region, 1), rate: 25, changedAt: START });
    let random = 0;
    const queue = admissionQueueOver(
      real.table,
      { now: START },
      { region, quota: 200, random: () => random },
    );
    const rates: unknown[] = [];
    for (random of [0, 0.5, 0]) rates.push(await queue.readmit(NEVER, false));
    expect(rates).toMatchObject([{ perSecond: 200 }, { perSecond: 50 }, { perSecond: 200 }]);
  });
});

describe('when the item is too hot', () => {
  it('a player whom AWS throttled on its ticket gets a near one all the same; one without a ticket asks again', async () => {
    const hot = {
      get: async () => ({ pacingUntil: START + 1e6, tat: START + 60_000 }),
      update: () => Promise.reject(new Problem('upstream_unavailable', 'Too hot.')),
    } as never as Table;
    const queue = admissionQueueOver(hot, { now: START }, { random: () => 0.5 });
    await queue.admit(NEVER);
    expect(await queue.readmit(NEVER, true)).toMatchObject({ at: START + 2000 });
    expect(await queue.readmit(NEVER, false)).toEqual({ askAgainAt: START + 16_000 });
  });
});

describe('the place in the queue', () => {
  it('counts the players before and the player itself, at the rate that AWS grants now', async () => {
    const { queue } = await standing({
      queueingUntil: START + 60_000,
      nextFreeAt: START + 30_000,
      rate: 10,
      changedAt: START,
    });
    const entry = await queue().admit(NEVER);
    if (entry === 'notQueued' || !('at' in entry)) return expect.unreachable();
    expect(queuePositionOf(entry, START)).toBe(300);
    expect(queuePositionOf(entry, entry.at - 1)).toBe(1);
    expect(queuePositionOf(entry, entry.at + 1)).toBe(1);
  });
});
