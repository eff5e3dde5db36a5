import { describe, expect, it } from 'vitest';
import { createClock } from '../../../emulator/model/clock.ts';

const at = (clock: ReturnType<typeof createClock>, seconds: number) => clock.now() + seconds * 1000;

describe.each([
  ['a manual clock', true],
  ['the machine’s clock, which stands still here', false],
])('%s', (_which, isManual) => {
  const open = () => createClock(isManual, () => 1_800_000_000_000);

  it('does what is due in its order, each at its own time, also what follows from it', async () => {
    const clock = open();
    const began = clock.now();
    const seen: [string, number][] = [];
    const note = (what: string) => seen.push([what, (clock.now() - began) / 1000]);
    clock.at(at(clock, 30), () => note('second'));
    clock.at(at(clock, 10), () => {
      note('first');
      // An answer is made meanwhile.
      void Promise.resolve().then(() => clock.at(at(clock, 5), () => note('followed')));
    });
    clock.at(at(clock, 40.001), () => note('too late'));
    await clock.advance(40_000);
    expect(seen).toEqual([
      ['first', 10],
      ['followed', 15],
      ['second', 30],
    ]);
    expect(clock.now() - began).toBe(40_000);
    clock.close();
  });

  it('does not what was cancelled', async () => {
    const clock = open();
    const cancel = clock.at(at(clock, 10), () => expect.unreachable());
    cancel();
    await clock.advance(20_000);
    clock.close();
  });
});

it('a manual clock stands still, and does nothing by itself', async () => {
  const clock = createClock(true);
  const began = clock.now();
  clock.at(began, () => expect.unreachable());
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(clock.now()).toBe(began);
  clock.close();
});

it('the machine’s clock goes on after it was advanced, and wakes what is due', async () => {
  const clock = createClock();
  await clock.advance(3_600_000);
  expect(clock.now() - Date.now()).toBeGreaterThan(3_500_000);
  await new Promise<void>((resolve) => clock.at(clock.now() + 1, resolve));
  clock.close();
});
