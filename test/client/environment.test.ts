import { afterEach, describe, expect, test, vi } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a browser', () => {
  test('provides locks, window and online state', () => {
    const locks = { request: async () => {} };
    vi.stubGlobal('navigator', { locks, onLine: false });
    vi.stubGlobal('document', {});
    const environment = environmentOf();
    expect(environment.locks).toBe(locks);
    expect(environment.events).toBe(globalThis);
    expect(environment.online()).toBe(false);
    vi.stubGlobal('navigator', { onLine: true });
    expect(environmentOf().online()).toBe(true);
    expect(environmentOf().locks).toBeNull();
  });

  test('has its functions called on the window, as it requires', async () => {
    const calledOn: unknown[] = [];
    for (const name of ['fetch', 'setTimeout', 'clearTimeout']) {
      vi.stubGlobal(name, function (this: unknown) {
        calledOn.push(this);
      });
    }
    const environment = environmentOf();
    environment.fetch('', {});
    environment.setTimeout(() => {}, 0);
    environment.clearTimeout(1);
    expect(calledOn).toEqual([globalThis, globalThis, globalThis]);
  });

  test('on plain http has no randomUUID, and idempotency keys are unique all the same', () => {
    vi.stubGlobal('crypto', {});
    const { uuid } = environmentOf();
    const keys = Array.from({ length: 100 }, uuid);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});

describe('outside a browser', () => {
  test('there are no locks and no window, and the client assumes that it is online', () => {
    vi.stubGlobal('navigator', undefined);
    expect(environmentOf()).toMatchObject({ locks: null, events: null });
    expect(environmentOf().online()).toBe(true);
  });

  test('time, randomness and keys come from the platform', () => {
    const { now, random, uuid } = environmentOf();
    expect(Math.abs(now() - Date.now())).toBeLessThan(60_000);
    expect(random()).toBeGreaterThanOrEqual(0);
    expect(random()).toBeLessThan(1);
    expect(uuid()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('a caller’s environment replaces the browser’s', () => {
  const now = () => 5;
  expect(environmentOf({ now, locks: null })).toMatchObject({ now, locks: null });
});
