import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueState } from '../../../lambdas/admission/queue-state.ts';
import type { Key, Table } from '../../../lambdas/dynamodb/table.ts';
import { decompressAnswer } from '../../../lambdas/sessions/compressed-answer.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { tableSlots } from '../../../lambdas/sessions/slot-table.ts';
import { realTable } from '../broker.ts';
import { itemsOfAllFlows, type StoredItem } from './stored-scenario.ts';

/**
 * Items as an earlier release wrote them. During a deployment functions of two releases share items, so this release must read
 * those, and write the same ones. The file is never written anew after a change of names in the code: a difference is a defect.
 */
const EARLIER: StoredItem[] = JSON.parse(
  readFileSync(new URL('./stored-items.json', import.meta.url), 'utf8'),
);

let real: Awaited<ReturnType<typeof realTable>>;
let earlier: Awaited<ReturnType<typeof realTable>>;
beforeAll(async () => {
  real = await realTable();
});
afterAll(async () => {
  await earlier?.close();
  await real.close();
});

/** The item with its answer in plain text: zlib may pack it otherwise, and the other release unpacks it all the same. */
function unpacked(item: StoredItem): StoredItem {
  const { bytes } = (item.answer ?? {}) as { bytes?: string };
  if (bytes === undefined) return item;
  for (const offer of ['offer-1', 'offer-2']) {
    try {
      return { ...item, answer: decompressAnswer(Buffer.from(bytes, 'base64'), offer) };
    } catch {
      // Packed with the other offer.
    }
  }
  return expect.unreachable(`The answer of ${item.pk} fits no offer`);
}

/** The item without what this release adds, and the earlier one neither needs nor minds: the mark of the connection that a lease follows. */
function withoutAdded(item: StoredItem): StoredItem {
  const without = (leases: unknown) =>
    (leases as Record<string, unknown>[]).map(({ follows: _, ...lease }) => lease);
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) =>
      name === 'orphans' || (name === 'lease' && Array.isArray(value))
        ? [name, without(value)]
        : [name, value],
    ),
  ) as StoredItem;
}

const nameOf = ({ pk, sk }: Key) => `${pk} ${sk}`;
const itemOf = (pk: string, sk: string): StoredItem =>
  EARLIER.find((item) => item.pk === pk && item.sk === sk) ?? expect.unreachable(`${pk} ${sk}`);

describe('an item of the table', () => {
  it('is written as the release before writes it, in every flow: functions of both share items while they are deployed', async () => {
    const items = await itemsOfAllFlows(real.table);
    expect(items.map(nameOf)).toEqual(EARLIER.map(nameOf));
    for (const [index, item] of items.entries())
      expect(withoutAdded(unpacked(item))).toEqual(unpacked(EARLIER[index] as StoredItem));
  });

  it('of a session is read by its names in the code, whatever its flow has left in it', async () => {
    const table = await earlierTable();
    const read = async (playerId: string) =>
      sessionTable(table).read({
        playerId,
        streamGroupId: 'sg-1',
        streamSessionId: `session-of-${playerId}`,
      });
    const stored = (playerId: string) => itemOf(playerId, `SESSION#sg-1#session-of-${playerId}`);
    const { pk: playerId, sk: _, ttl: __, ...same } = itemOf('imported', 'SESSION#sg-1#session-4');
    const { lookedAt: ___, ...shown } = same;
    const key = { playerId, streamGroupId: 'sg-1', streamSessionId: 'session-4' };
    expect(await sessionTable(table).read(key)).toEqual({ playerId, ...shown });
    const { lineage, consumed, relapseCounted, budgetTat } = stored('unstable');
    expect([lineage, consumed, relapseCounted, budgetTat]).not.toContain(undefined);
    expect(await read('unstable')).toMatchObject({
      connectionHistory: lineage,
      usedOffers: consumed,
      unstableCountedAt: relapseCounted,
      nextFreeAt: budgetTat,
    });
    const { turn, trouble } = stored('refused');
    expect([turn, trouble]).not.toContain(undefined);
    expect(await read('refused')).toMatchObject({ ticket: turn, failureEpisode: trouble });
    const { orphans, lease } = stored('killed');
    expect(orphans).toHaveLength(1);
    expect(await read('killed')).toMatchObject({ abandonedLeases: orphans, lease: (lease as unknown[])[0] });
    for (const name of ['lineage', 'consumed', 'orphans', 'trouble', 'turn', 'budgetTat', 'relapseCounted']) {
      for (const player of ['unstable', 'refused', 'killed']) {
        expect(await read(player)).not.toHaveProperty(name);
      }
    }
  });

  it('of a slot is read by its names in the code', async () => {
    const table = await earlierTable();
    const read = async (playerId: string) => (await tableSlots(table).read(playerId, 1))[0];
    const { earlier, ...held } = itemOf('start-after-start', 'SLOT#0');
    expect(earlier).toHaveLength(1);
    const { pk: _, sk: __, ttl: ___, ...same } = held;
    expect(await read('start-after-start')).toEqual({ ...same, earlierRequests: earlier });
    expect(await read('start-paced-1')).toMatchObject({ ticket: itemOf('start-paced-1', 'SLOT#0').turn });
    const { trouble } = itemOf('start-refused', 'SLOT#0');
    expect(trouble).toBeDefined();
    expect(await read('start-refused')).toMatchObject({ failureEpisode: trouble });
  });

  it('of an admission queue is read by its names in the code', () => {
    const { pk: _, sk: __, ...stored } = itemOf('PACER#CreateStreamSessionConnection#eu-central-1', 'PACER');
    const { tat, spareTat, pacingUntil, spareShare, ...same } = stored;
    expect(queueState(stored, 1)).toEqual({
      ...same,
      nextFreeAt: tat,
      overflowNextFreeAt: spareTat,
      queueingUntil: pacingUntil,
      overflowShare: spareShare,
    });
  });
});

/** A table that holds the items of the earlier release. */
async function earlierTable(): Promise<Table> {
  if (earlier) return earlier.table;
  earlier = await realTable();
  for (const item of EARLIER) {
    const { bytes } = (item.answer ?? {}) as { bytes?: string };
    const { players } = item as { players?: { set: string[] } };
    await earlier.table.putNew({
      ...item,
      ...(bytes === undefined ? {} : { answer: Buffer.from(bytes, 'base64') }),
      ...(players === undefined ? {} : { players: new Set(players.set) }),
    });
  }
  return earlier.table;
}
