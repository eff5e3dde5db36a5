import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkPlay, type Step } from '../../../operator/play/check.ts';
import type { DrivenPage } from '../../../operator/play/page.ts';

/** A page whose states a test writes. Each click is remembered. */
function fakePage(phases: Partial<Record<string, string>> = {}) {
  const clicks: string[] = [];
  let state = 'ready';
  let frames = 0;
  let offersResume = false;
  const page: DrivenPage & { clicks: string[]; is(next: string): void; hasSession(): void; freeze(): void } =
    {
      clicks,
      is: (next) => {
        state = next;
      },
      hasSession: () => {
        offersResume = true;
      },
      freeze: () => {
        frames = Number.NaN;
      },
      state: async () => state,
      news: async () => 'News.',
      offers: async (button) => (button === 'resume' ? offersResume : button === 'end' && state !== 'ended'),
      async click(button) {
        clicks.push(button);
        state =
          phases[button] ?? { start: 'connected', resume: 'connected', leave: 'ready', end: 'ended' }[button];
      },
      timeline: async () => [{ kind: 'frame', text: 'First frame' }],
      frames: async () => {
        frames += 40;
        return frames;
      },
      async becomes(wanted) {
        if (wanted.includes(state)) return state;
        throw new Error(`The page is "${state}".`);
      },
    };
  return page;
}

function fakeNetwork() {
  const calls: string[] = [];
  return { calls, stop: () => void calls.push('stop'), start: () => void calls.push('start') };
}

const timing = { darkSeconds: 4, patienceSeconds: 120 };
const outcome = ({ what, passed, saw }: Step) => [what, passed, saw];

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function check(page: DrivenPage, network = fakeNetwork(), stop = new AbortController()) {
  const told: Step[] = [];
  const checking = checkPlay(page, network, timing, (step) => told.push(step), stop.signal);
  await vi.advanceTimersByTimeAsync(10 * 60_000);
  const steps = await checking;
  expect(told).toEqual(steps);
  return steps;
}

describe('a check of what is deployed', () => {
  test('starts, takes the network away and gives it back, leaves, comes back, and ends the session', async () => {
    const page = fakePage();
    const network = fakeNetwork();
    const steps = await check(page, network);
    expect(steps.map(outcome)).toEqual([
      ['a session starts', true, 'it plays'],
      ['the network goes away for 4 s', true, 'a new connection replaced the old one'],
      ['the player leaves and comes back', true, 'a new connection plays'],
      ['the player ends the session', true, 'it has ended'],
    ]);
    expect(page.clicks).toEqual(['start', 'leave', 'resume', 'end']);
    expect(network.calls.slice(0, 2)).toEqual(['stop', 'start']);
  });

  test('plays the session that the player has already, and does not start a second one', async () => {
    const page = fakePage();
    page.hasSession();
    const [begun] = await check(page);
    expect(begun?.saw).toBe('the player had one already, and it plays');
    expect(page.clicks[0]).toBe('resume');
  });

  test('ends the session and tries nothing more once something failed', async () => {
    const page = fakePage({ leave: 'lost' });
    const steps = await check(page);
    expect(steps.map(({ passed }) => passed)).toEqual([true, true, false]);
    expect(steps.at(-1)?.saw).toBe('The page is "lost".');
    expect(page.clicks).toEqual(['start', 'leave', 'end']);
  });

  test('fails where the state says connected and no picture comes', async () => {
    const page = fakePage();
    page.freeze();
    const steps = await check(page);
    expect(steps.map(outcome)).toEqual([['a session starts', false, 'No new picture came: News.']]);
  });

  test('that is stopped in the dark gives the network back before it ends the session', async () => {
    const page = fakePage();
    const network = fakeNetwork();
    const stop = new AbortController();
    const checking = checkPlay(page, network, timing, () => undefined, stop.signal);
    await vi.advanceTimersByTimeAsync(1000);
    expect(network.calls).toEqual(['stop']);
    stop.abort();
    const click = vi.spyOn(page, 'click').mockImplementation(async () => {
      expect(network.calls).toEqual(['stop', 'start']);
      page.is('ended');
    });
    await vi.advanceTimersByTimeAsync(1000);
    const steps = await checking;
    expect(steps.at(-1)).toMatchObject({ passed: false, saw: 'The check was stopped.' });
    expect(click).toHaveBeenCalledExactlyOnceWith('end');
    await vi.advanceTimersByTimeAsync(10_000);
  });
});
