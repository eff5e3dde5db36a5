import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { sharedTable } from '../broker.ts';

const real = sharedTable();
const MINUTE_MS = 60_000;
/** A quarter into a window of a minute. */
const NOW = 1_800_000_015_000;

describe('a count within a window of time', () => {
  it('lets as many through as the limit says, and then names the wait until the next window', async () => {
    const { spend } = tableWindowCounters(real.table);
    const owner = randomUUID();
    const waits = [];
    for (let time = 0; time < 4; time++) waits.push(await spend(owner, 'ENDS', 2, MINUTE_MS, NOW));
    expect(waits).toEqual([0, 0, 45_000, 45_000]);
  });

  it('begins anew with the next window, and not a millisecond earlier', async () => {
    const { spend } = tableWindowCounters(real.table);
    const owner = randomUUID();
    expect(await spend(owner, 'ENDS', 1, MINUTE_MS, NOW)).toBe(0);
    expect(await spend(owner, 'ENDS', 1, MINUTE_MS, NOW + 44_999)).toBe(1);
    expect(await spend(owner, 'ENDS', 1, MINUTE_MS, NOW + 45_000)).toBe(0);
  });

  it('counts each owner, thing and window apart, so no player is refused for the requests of another', async () => {
    const { spend } = tableWindowCounters(real.table);
    const [owner, other] = [randomUUID(), randomUUID()];
    expect(await spend(owner, 'ENDS', 1, MINUTE_MS, NOW)).toBe(0);
    expect(await spend(other, 'ENDS', 1, MINUTE_MS, NOW)).toBe(0);
    expect(await spend(owner, 'SHELLS', 1, MINUTE_MS, NOW)).toBe(0);
    expect(await spend(owner, 'ENDS', 1, MINUTE_MS, NOW)).toBe(45_000);
    expect(await spend(owner, 'SHELLS', 1, MINUTE_MS, NOW)).toBe(45_000);
  });

  it('is shared by all sandboxes, and asks the table no more once the window is full', async () => {
    const [one, two] = [tableWindowCounters(real.table), tableWindowCounters(real.table)];
    const owner = randomUUID();
    await one.spend(owner, 'ENDS', 1, MINUTE_MS, NOW);
    expect(await two.spend(owner, 'ENDS', 1, MINUTE_MS, NOW)).toBe(45_000);
    real.operations.length = 0;
    expect(await two.spend(owner, 'ENDS', 1, MINUTE_MS, NOW)).toBe(45_000);
    expect(real.operations).toEqual([]);
    // A deployment that raises the limit is felt at once.
    expect(await two.spend(owner, 'ENDS', 2, MINUTE_MS, NOW)).toBe(0);
  });

  it('goes from the table a minute after its window', async () => {
    const owner = randomUUID();
    await tableWindowCounters(real.table).spend(owner, 'ENDS', 1, MINUTE_MS, NOW);
    const [item] = await real.table.query(owner, 'COUNT#ENDS#');
    expect(item?.ttl).toBe((NOW + 45_000) / 1000 + 60);
  });

  it('takes no memory for every player there ever was: a sandbox forgets full windows, and asks the table again', async () => {
    let asked = 0;
    const full = {
      update: async () => {
        asked += 1;
        return null;
      },
    };
    const { spend } = tableWindowCounters({ ...real.table, ...full });
    const ask = (owner: number) => spend(String(owner), 'ENDS', 1, MINUTE_MS, NOW);
    for (let owner = 0; owner < 1000; owner++) await ask(owner);
    await ask(0);
    expect(asked).toBe(1000);
    await ask(1000);
    await ask(0);
    expect(asked).toBe(1002);
  });
});
