import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';
import { outcomeOf, sleep } from '../../client/src/signals.ts';
import { createVirtualClock, settle } from './virtual-clock.ts';

const why = new Error('why');
const clock = createVirtualClock();
const env = environmentOf({ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout });
const never = () => new Promise<never>(() => {});

/** Whether a promise settles without any time passing. */
async function settles(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.finally(() => {
    settled = true;
  });
  await settle();
  return settled;
}

describe('a task', () => {
  const { signal } = new AbortController();

  test.each<[string, () => unknown, object]>([
    ['that resolves has a value', async () => 5, { kind: 'value', value: 5 }],
    ['that returns has a value', () => 5, { kind: 'value', value: 5 }],
    ['that rejects has an error', () => Promise.reject(why), { kind: 'error', error: why }],
    [
      'that throws has an error',
      () => {
        throw why;
      },
      { kind: 'error', error: why },
    ],
  ])('%s, and leaves nothing behind', async (_what, task, outcome) => {
    const cut = new AbortController();
    expect(await outcomeOf(task, { env, signal, ms: 1000, cut: cut.signal })).toEqual(outcome);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(getEventListeners(cut.signal, 'abort')).toEqual([]);
  });

  test('that takes too long gets an aborted signal, and its caller a timeout', async () => {
    let aborted = false;
    const outcome = outcomeOf(
      (patience) => {
        patience.addEventListener('abort', () => {
          aborted = true;
        });
        return never();
      },
      { env, signal, ms: 1000 },
    );
    await clock.advance(999);
    expect(aborted).toBe(false);
    await clock.advance(1);
    expect(await outcome).toEqual({ kind: 'timeout' });
    expect(aborted).toBe(true);
  });

  test('that is cut short, even before it began, gets an aborted signal at once', async () => {
    const cut = new AbortController();
    const outcome = outcomeOf(never, { env, signal, ms: 1000, cut: cut.signal });
    cut.abort();
    expect(await outcome).toEqual({ kind: 'cut' });
    let began = false;
    const task = () => {
      began = true;
    };
    expect(await outcomeOf(task, { env, signal, cut: cut.signal })).toEqual({ kind: 'cut' });
    expect(began).toBe(false);
    expect(clock.pending()).toBe(0);
  });
});

describe('a task whose caller has gone', () => {
  test('never begins, and the code after it never runs', async () => {
    const signal = AbortSignal.abort();
    let began = false;
    const task = () => {
      began = true;
    };
    expect(await settles(outcomeOf(task, { env, signal }))).toBe(false);
    expect(await settles(sleep(0, { env, signal }))).toBe(false);
    expect(began).toBe(false);
    expect(clock.pending()).toBe(0);
  });

  test('gets an aborted signal, and the code after it never runs', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let aborted = false;
    let resolve = () => {};
    const outcome = outcomeOf(
      (patience) =>
        new Promise<void>((done) => {
          resolve = done;
          patience.addEventListener('abort', () => {
            aborted = true;
          });
        }),
      { env, signal, ms: 1000 },
    );
    const slept = sleep(1000, { env, signal });
    controller.abort();
    resolve();
    expect(aborted).toBe(true);
    expect(await settles(outcome)).toBe(false);
    expect(await settles(slept)).toBe(false);
    expect(clock.pending()).toBe(0);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

test('a sleep resolves with whether it lasted to its end', async () => {
  const { signal } = new AbortController();
  const cut = new AbortController();
  const long = sleep(1000, { env, signal, cut: cut.signal });
  const short = sleep(10, { env, signal, cut: cut.signal });
  await clock.advance(10);
  cut.abort();
  expect(await short).toBe(true);
  expect(await long).toBe(false);
  expect(clock.pending()).toBe(0);
});
