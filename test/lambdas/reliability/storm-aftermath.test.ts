import { describe, expect, it } from 'vitest';
import { execute } from '../../../bench/storm/simulate-table.ts';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import type { AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import type { Table, Update } from '../../../lambdas/dynamodb/table.ts';
import { admissionQueueOver } from '../broker.ts';

const START = 1_800_000_000_000;
const LIFE_MS = 120_000;
type Item = Record<string, unknown>;
const REGION = 'us-west-2';

/** A table in memory, quick enough for ten thousand turns. */
function memory(item?: Item) {
  const items = new Map<string, Item>(
    item ? [[queueKey('CreateStreamSessionConnection', REGION).pk, item]] : [],
  );
  const counts = { written: 0 };
  const table = {
    get: async ({ pk }: { pk: string }) => items.get(pk),
    async update({ pk }: { pk: string }, update: Update) {
      const written = execute(items.get(pk) ?? {}, update);
      if (written) {
        items.set(pk, written);
        counts.written++;
      }
      return written;
    },
  } as unknown as Table;
  return { table, counts };
}

const turnOf = (entry: Awaited<ReturnType<AdmissionQueue['admit']>>, now: number) =>
  entry === 'notQueued' ? now : 'at' in entry ? entry.at : entry.askAgainAt;

describe('a storm that is over', () => {
  it('does not outlive its players: a player who drops minutes later is back before its session ends', async () => {
    const clock = { now: START };
    const { table } = memory();
    const queue = admissionQueueOver(table, clock, { region: REGION });
    await queue.readmit({ end: START + LIFE_MS }, false);
    for (let i = 0; i < 10_000; i++) await queue.admit({ end: START + LIFE_MS });
    // Two thousand calls on turns are throttled: as many as the simulation counts.
    for (let i = 0; i < 2000; i++) await queue.readmit({ end: START + LIFE_MS }, true);
    // Their sessions ended long ago, and nobody asks AWS for anything.
    for (const later of [130_000, 200_000, 300_000]) {
      clock.now = START + later;
      const end = clock.now + LIFE_MS;
      const late = admissionQueueOver(table, clock, { region: REGION });
      expect(turnOf(await late.admit({ end }), clock.now) - clock.now).toBeLessThan(LIFE_MS);
    }
  });

  it('leaves places to all who drop in the next one, not to players of the last', async () => {
    const clock = { now: START };
    const { table } = memory();
    const queue = admissionQueueOver(table, clock, { region: REGION });
    await queue.readmit({ end: START + LIFE_MS }, false);
    for (let i = 0; i < 10_000; i++) await queue.admit({ end: START + LIFE_MS });
    clock.now = START + 200_000;
    const end = clock.now + LIFE_MS;
    let inTime = 0;
    for (let i = 0; i < 2000; i++) if (turnOf(await queue.admit({ end }), clock.now) <= end) inTime++;
    expect(inTime).toBe(2000);
  });
});

describe('one player', () => {
  it('takes one ticket, also where the queue has grown since it was read: a ticket given up is lost to all', async () => {
    const clock = { now: START };
    const { table, counts } = memory({
      pacingUntil: START + 60_000,
      tat: START + LIFE_MS + 1000,
      spareTat: START + 5000,
    });
    const older = { pacingUntil: START + 60_000, tat: START + LIFE_MS - 1000, spareTat: START + 5000 };
    const queue = admissionQueueOver({ ...table, get: async () => older } as Table, clock, {
      region: REGION,
    });
    await queue.admit({ end: START + LIFE_MS });
    expect(counts.written).toBe(1);
  });

  it('who came on time and whom AWS throttled gets no ticket after its session’s end', async () => {
    const clock = { now: START };
    const { table } = memory({
      pacingUntil: START + 60_000,
      tat: START + 150_000,
      spareTat: START + 130_000,
      windowAt: START,
    });
    const queue = admissionQueueOver(table, clock, { region: REGION });
    await queue.countCall({ taken: false, spare: false });
    const end = START + 60_000;
    expect(turnOf(await queue.readmit({ end }, true), clock.now)).toBeLessThanOrEqual(end);
  });
});

describe('a clock that is wrong', () => {
  it('by an hour in one function of many does not make everybody who starts wait for an hour', async () => {
    const clock = { now: START };
    const { table } = memory({ pacingUntil: START + 60_000, tat: START + 5000 });
    const arrival = { end: START + 60_000 };
    await admissionQueueOver(table, { now: START + 3_600_000 }, { region: REGION }).readmit(arrival, false);
    const entry = await admissionQueueOver(table, clock, { region: REGION }).admit(arrival);
    expect(turnOf(entry, clock.now) - clock.now).toBeLessThan(60_000);
  });
});
