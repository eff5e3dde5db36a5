import { describe, expect, it } from 'vitest';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import {
  brakeIn,
  brakeView,
  cachedStartBrake,
  type StartBrake,
  startsPaused,
  tableStartBrake,
} from '../../../lambdas/limits/start-brake.ts';
import { sharedTable } from '../broker.ts';

const real = sharedTable();
const NOW = 1_800_000_000_000;
const DAY_MS = 86_400_000;
const brake: StartBrake = {
  until: NOW + 60_000,
  setAt: NOW,
  operator: 'arn:aws:iam::1:user/o',
  reason: 'why',
};

/** The cache over a table that answers as told, with what it logged. */
function cache(get: Table['get']) {
  const clock = { now: NOW };
  const warnings: unknown[] = [];
  const state = { reads: 0 };
  const log = { info: () => {}, error: () => {}, warn: (...line: unknown[]) => void warnings.push(line) };
  const table: Pick<Table, 'get'> = {
    get: (key) => {
      state.reads += 1;
      return get(key);
    },
  };
  return { clock, warnings, state, ask: cachedStartBrake(table, { now: () => clock.now, log }) };
}

describe('the brake', () => {
  it('is read as it was written, and ends by itself', async () => {
    const stored = tableStartBrake(real.table);
    await stored.write(brake);
    expect(await stored.read(NOW)).toEqual(brake);
    expect(await stored.read(brake.until - 1)).toEqual(brake);
    expect(await stored.read(brake.until)).toBeUndefined();
  });

  it('is off as soon as somebody takes it off', async () => {
    const stored = tableStartBrake(real.table);
    await stored.write({ ...brake, until: NOW });
    expect(await stored.read(NOW)).toBeUndefined();
  });

  it('is off for every function when somebody takes it off, so that no start is refused where a clock is behind', () => {
    expect(brakeIn({ ...brake, until: NOW }, NOW - 400)).toBeUndefined();
    // A pause itself may begin a little early there.
    expect(brakeIn({ ...brake }, NOW - 400)).toEqual(brake);
  });

  it('lasts a day at most, also if a hand wrote a later end into the table', () => {
    const forever = { ...brake, until: NOW + 400 * DAY_MS };
    expect(brakeIn({ ...forever }, NOW)?.until).toBe(NOW + DAY_MS);
    expect(brakeIn({ ...forever }, NOW + DAY_MS)).toBeUndefined();
  });

  it.each([
    ['no item', undefined],
    ['an item without an end', { setAt: NOW }],
    ['an item without a beginning', { until: NOW + 60_000 }],
    ['text for a time', { until: String(NOW + 60_000), setAt: NOW }],
  ])('stops nobody by %s', (_what, item) => {
    expect(brakeIn(item, NOW)).toBeUndefined();
    expect(brakeView(brakeIn(item, NOW))).toEqual({ isOn: false });
  });
});

describe('a sandbox', () => {
  it('reads the brake once in five seconds, however many players start', async () => {
    const { ask, clock, state } = cache(async () => ({ ...brake }));
    for (let at = 0; at < 100; at += 1) expect(await ask()).toEqual(brake);
    clock.now += 4999;
    await ask();
    expect(state.reads).toBe(1);
    clock.now += 1;
    await ask();
    expect(state.reads).toBe(2);
  });

  it('knows the end of the brake without reading it again', async () => {
    const { ask, clock, state } = cache(async () => ({ ...brake, until: NOW + 2000 }));
    expect(await ask()).toBeDefined();
    clock.now += 2000;
    expect([await ask(), state.reads]).toEqual([undefined, 1]);
  });

  it('reads again when its clock is set back, instead of keeping an old answer for hours', async () => {
    const { ask, clock, state } = cache(async () => undefined);
    await ask();
    clock.now -= DAY_MS;
    await ask();
    expect(state.reads).toBe(2);
  });

  it('lets starts go on if the brake cannot be read, says so, and does not ask again for every player', async () => {
    const { ask, warnings, state } = cache(() => Promise.reject(new Error('down')));
    expect([await ask(), await ask(), state.reads]).toEqual([undefined, undefined, 1]);
    expect(warnings).toEqual([['brake not read', { cause: 'Error' }]]);
  });
});

describe('a player who is refused by the brake', () => {
  it('waits 15 s or more, spread, so that all do not come back together', () => {
    const long = { ...brake, until: NOW + 3_600_000 };
    expect(startsPaused(long, NOW, 0).extras.retryAfterMs).toBe(15_000);
    expect(startsPaused(long, NOW, 1).extras.retryAfterMs).toBe(22_500);
  });

  it('waits no longer than the brake lasts, and a second at least', () => {
    expect(startsPaused({ ...brake, until: NOW + 4000 }, NOW, 0).extras.retryAfterMs).toBe(4000);
    expect(startsPaused({ ...brake, until: NOW + 10 }, NOW, 0).extras.retryAfterMs).toBe(1000);
  });
});
