import { afterEach, describe, expect, test, vi } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a browser', () => {
  test('brings its locks, its window and its word on the network', () => {
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

  test('has its own functions called on the window, as it insists', async () => {
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

  test('on plain http has no randomUUID; requests have names of their own all the same', () => {
    vi.stubGlobal('crypto', {});
    const { uuid } = environmentOf();
    const keys = Array.from({ length: 100 }, uuid);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[\x21-\x7e]{1,255}$/);
  });
});

describe('anywhere else', () => {
  test('there are no locks and no window, and the network is taken to be there', () => {
    vi.stubGlobal('navigator', undefined);
    expect(environmentOf()).toMatchObject({ locks: null, events: null });
    expect(environmentOf().online()).toBe(true);
  });

  test('time, chance and names are the platform’s', () => {
    const { now, random, uuid } = environmentOf();
    expect(Math.abs(now() - Date.now())).toBeLessThan(60_000);
    expect(random()).toBeGreaterThanOrEqual(0);
    expect(random()).toBeLessThan(1);
    expect(uuid()).toMatch(/^[0-9a-f-]{36}$/);
  });
});

test('what a caller brings takes the place of the browser’s', () => {
  const now = () => 5;
  expect(environmentOf({ now, locks: null })).toMatchObject({ now, locks: null });
});
