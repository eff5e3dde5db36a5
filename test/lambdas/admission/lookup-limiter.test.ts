import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tableLookupLimiter } from '../../../lambdas/admission/lookup-limiter.ts';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { sharedTable } from '../broker.ts';

const real = sharedTable();
const NOW = 1_800_000_000_000;

/** Sandboxes that share a quota of status lookups in a Region of their own, by one clock. */
function lookups(quota = 20) {
  const clock = { now: NOW };
  const region = randomUUID();
  const sandbox = (table: Table = real.table) =>
    tableLookupLimiter(table, { region, quota }, () => clock.now);
  const item = () => real.table.get(queueKey('GetStreamSession', region));
  /** How many of many lookups at once are allowed, each in a sandbox of its own. */
  const allowed = async (urgent: boolean) => {
    let count = 0;
    for (let one = 0; one < 30; one++) if (await sandbox().take(urgent)) count += 1;
    return count;
  };
  return { clock, sandbox, item, allowed };
}

const failing = (error: Error) => ({ ...real.table, update: () => Promise.reject(error) });
const down = new Problem('upstream_unavailable', 'down');
const defect = new TypeError('defect');

describe('the quota of status lookups', () => {
  it('allows polls three quarters of a second at once, and players who wait the whole second', async () => {
    const { allowed } = lookups();
    expect([await allowed(false), await allowed(true)]).toEqual([15, 5]);
  });

  it('of less than one a second still allows a lookup', async () => {
    const { clock, sandbox } = lookups(0.5);
    const limiter = sandbox();
    expect([await limiter.take(false), await limiter.take(false)]).toEqual([true, false]);
    clock.now += 1999;
    expect(await limiter.take(false)).toBe(false);
    clock.now += 1;
    expect(await limiter.take(false)).toBe(true);
  });

  it('that a sandbox knows to be used up costs no request, until the next lookup may be free', async () => {
    const { clock, sandbox, allowed } = lookups();
    await allowed(true);
    const limiter = sandbox();
    expect([await limiter.take(false), await limiter.take(true)]).toEqual([false, false]);
    real.operations.length = 0;
    clock.now += 49;
    expect([await limiter.take(false), await limiter.take(true)]).toEqual([false, false]);
    expect(real.operations).toEqual([]);
    clock.now += 1;
    expect(await limiter.take(true)).toBe(true);
  });

  it('costs one write a lookup: a sandbox remembers whether the schedule is in use', async () => {
    const { clock, sandbox } = lookups();
    const limiter = sandbox();
    const cost = async () => {
      real.operations.length = 0;
      await limiter.take(true);
      return real.operations.length;
    };
    expect([await cost(), await cost(), await cost()]).toEqual([1, 1, 1]);
    // The schedule has just been used up to here: it begins anew.
    clock.now += 150;
    expect(await cost()).toBe(1);
  });

  it('falls by three tenths when AWS throttles a lookup, once a second, however many are throttled together', async () => {
    const { clock, sandbox, item } = lookups();
    await Promise.all([1, 2, 3].map(() => sandbox().slowDown()));
    expect(await item()).toMatchObject({ rate: 14, changedAt: NOW });
    clock.now += 999;
    await sandbox().slowDown();
    expect(await item()).toMatchObject({ rate: 14, changedAt: NOW });
    clock.now += 1;
    await sandbox().slowDown();
    expect(await item()).toMatchObject({ changedAt: NOW + 1000 });
  });

  it('allows nothing where the table does not answer, since AWS is then likely under load; a defect of ours is not hidden', async () => {
    const { sandbox } = lookups();
    expect(await sandbox(failing(down)).take(true)).toBe(false);
    await expect(sandbox(failing(defect)).take(true)).rejects.toBe(defect);
  });

  it('is no reason to fail where it cannot be lowered: the player has its answer already', async () => {
    const { sandbox } = lookups();
    await expect(sandbox(failing(down)).slowDown()).resolves.toBeUndefined();
    await expect(sandbox(failing(defect)).slowDown()).rejects.toBe(defect);
  });
});
