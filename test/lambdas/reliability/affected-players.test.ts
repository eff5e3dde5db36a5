import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { tableAffectedPlayers } from '../../../lambdas/reliability/affected-players.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';
import { sharedTable } from '../broker.ts';

const real = sharedTable();
const HOUR_MS = 3_600_000;
/** An hour of its own for each test: its item is shared by all players. */
let hours = 500_000;
const newHour = () => {
  hours += 1;
  return hours * HOUR_MS;
};
const counting = (table: Table = real.table) => tableAffectedPlayers(table, HANGS_AFTER_MS);

describe('a failure of a player', () => {
  it('is due again after five minutes, and not a millisecond earlier', async () => {
    const [players, player, now] = [counting(), randomUUID(), newHour()];
    expect(await players.isDue('startFailed', player, now)).toBe(true);
    expect(await players.isDue('startFailed', player, now + 299_999)).toBe(false);
    expect(await players.isDue('startFailed', player, now + 300_000)).toBe(true);
  });

  it('is due again for a write that the SDK repeated: it finds its own time', async () => {
    const [players, player, now] = [counting(), randomUUID(), newHour()];
    expect(await players.isDue('startFailed', player, now)).toBe(true);
    expect(await players.isDue('startFailed', player, now)).toBe(true);
  });

  it('of one kind does not hide one of another kind', async () => {
    const [players, player, now] = [counting(), randomUUID(), newHour()];
    for (const what of ['startFailed', 'reconnectFailed', 'unstableConnection'] as const) {
      expect(await players.isDue(what, player, now)).toBe(true);
    }
  });

  it('is forgotten by the table after an hour, and the players of an hour within the next one', async () => {
    const [players, player, now] = [counting(), randomUUID(), newHour() + 60_000];
    await players.isDue('startFailed', player, now);
    const own = await real.table.get({ pk: player, sk: 'COUNTED' });
    expect(own?.ttl).toBe((now + HOUR_MS) / 1000);
    const hour = Math.floor(now / HOUR_MS);
    await players.addPlayer('reconnectFailed', player, now);
    const item = await real.table.get({ pk: 'COUNTED#reconnectFailed', sk: `HOUR#${hour}` });
    expect(item?.ttl).toBe((hour + 2) * 3600);
  });

  it('counts ten players an hour, and asks the table no more; the next hour begins anew', async () => {
    const [players, now] = [counting(), newHour()];
    const heard = [];
    for (let one = 0; one < 11; one++) heard.push(await players.addPlayer('startFailed', randomUUID(), now));
    expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    real.operations.length = 0;
    expect(await players.addPlayer('startFailed', randomUUID(), now + HOUR_MS - 1)).toBe(10);
    expect(real.operations).toEqual([]);
    expect(await players.addPlayer('startFailed', randomUUID(), now + HOUR_MS)).toBe(1);
  });

  it('does not keep its player waiting for a table that never answers', async () => {
    const silent = { ...real.table, update: () => new Promise<never>(() => {}) };
    const players = tableAffectedPlayers(silent, 1);
    const unavailable = expect.objectContaining({ code: 'upstream_unavailable' });
    await expect(players.isDue('startFailed', 'player', 0)).rejects.toEqual(unavailable);
    await expect(players.addPlayer('startFailed', 'player', 0)).rejects.toEqual(unavailable);
  });
});
