import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { tableSlots } from '../../../lambdas/sessions/slot-table.ts';
import { ownSession, reconnectWith, sharedTable } from '../broker.ts';

const real = sharedTable();
const HOUR_S = 3600;
const now = 1_800_000_000_000;
const nowS = now / 1000;
const playerOf = () => `player-${randomUUID()}`;

/** The time-to-live attributes of a player's items: DynamoDB reads them as epoch seconds. */
async function ttlsOf(pk: string): Promise<unknown[]> {
  return (await real.table.query(pk, '')).map(({ ttl }) => ttl);
}

describe('DynamoDB deletes an item', () => {
  it('of a session one hour after the session must have ended: a late request still gets the reason', async () => {
    const { deps } = reconnectWith(real.table, { connect: async () => '', seen: undefined, tokens: [] });
    const { playerId } = await ownSession(deps, { createdAt: now - 60_000, sessionLengthSeconds: 3600 });
    expect(await ttlsOf(playerId)).toEqual([nowS - 60 + 3600 + HOUR_S]);
  });

  it('of a slot 26 hours after its last write: no session lives longer', async () => {
    const playerId = playerOf();
    const slots = tableSlots(real.table);
    const [slot = expect.unreachable()] = await slots.read(playerId, 1);
    await slots.write(playerId, slot, { key: 'k' }, now);
    expect(await ttlsOf(playerId)).toEqual([nowS + 26 * HOUR_S]);
  });

  it('of a counter a minute after its window', async () => {
    const playerId = playerOf();
    await tableWindowCounters(real.table).spend(playerId, 'starts', 5, 60_000, now + 1);
    expect(await ttlsOf(playerId)).toEqual([nowS + 120]);
  });

  it('of a player’s lookups of unknown sessions three minutes after the last', async () => {
    const playerId = playerOf();
    const lookup = {
      playerId,
      region: randomUUID(),
      perMinute: 5,
      perSecond: 5,
      takeLookup: async () => true,
    };
    expect(await tableImportLimiter(real.table).take(lookup, now)).toBeUndefined();
    expect(await ttlsOf(playerId)).toEqual([nowS + 180]);
  });
});
