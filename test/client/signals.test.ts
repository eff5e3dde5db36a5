import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../client/src/environment.ts';
import { childOf, held, sleep, TIMED_OUT, within } from '../../client/src/signals.ts';
import { createVirtualClock } from './virtual-clock.ts';

const why = new Error('why');
const clock = createVirtualClock();
const env = environmentOf({ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout });
const never = new Promise<never>(() => {});

describe('an effort that was ended before it began', () => {
  test('never begins, and says why', async () => {
    const signal = AbortSignal.abort(why);
    await expect(held(never, signal)).rejects.toBe(why);
    await expect(sleep(1000, signal, env)).rejects.toBe(why);
    let began = false;
    const task = () => {
      began = true;
    };
    await expect(within(1000, signal, env, task)).rejects.toBe(why);
    expect(began).toBe(false);
    expect(childOf(signal).signal.reason).toBe(why);
    expect(clock.pending()).toBe(0);
  });
});

describe('an effort that is ended', () => {
  test('says why at once, whatever becomes of what it waited for, and lets go of its signal', async () => {
    for (const begin of [
      (signal: AbortSignal) => held(never, signal),
      (signal: AbortSignal) => sleep(1000, signal, env),
      (signal: AbortSignal) => within(1000, signal, env, () => never),
    ]) {
      const controller = new AbortController();
      const effort = begin(controller.signal);
      controller.abort(why);
      await expect(effort).rejects.toBe(why);
      expect(clock.pending()).toBe(0);
    }
  });

  test('by itself leaves nothing on its signal', async () => {
    const { signal } = new AbortController();
    await held(5, signal);
    await held(Promise.reject(why), signal).catch(() => {});
    await within(1000, signal, env, () => 5);
    const slept = sleep(1000, signal, env);
    await clock.advance(1000);
    await slept;
    childOf(signal).done();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(clock.pending()).toBe(0);
  });
});

test('a task that takes too long is told so, and so is whoever waits', async () => {
  let told: unknown;
  const { signal } = new AbortController();
  const task = (patience: AbortSignal) => {
    patience.addEventListener('abort', () => {
      told = patience.reason;
    });
    return never;
  };
  const effort = within(1000, signal, env, task).catch((error) => error);
  await clock.advance(999);
  expect(told).toBeUndefined();
  await clock.advance(1);
  expect(await effort).toBe(TIMED_OUT);
  expect(told).toBe(TIMED_OUT);
});
