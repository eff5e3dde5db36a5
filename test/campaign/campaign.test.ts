import { beforeAll, describe, expect, it } from 'vitest';
import { type Alarms, playerAlarms } from './alarms.ts';
import { HELP, readArguments } from './arguments.ts';
import { bundledRoutes, type Route, type SandboxCode } from './bundle.ts';
import { campaign } from './campaign.ts';
import { planOf } from './generate.ts';
import { judged } from './judge.ts';
import { FAULTS, type FaultKind } from './plan.ts';
import { inWords } from './tell.ts';

let code: Record<Route, SandboxCode>;
let alarms: Alarms;
beforeAll(async () => {
  code = await bundledRoutes();
  alarms = playerAlarms();
});

describe('under attack by seed, every answer that players get holds', () => {
  it.each<[string, readonly FaultKind[], number]>([
    ['where AWS fails', ['aws'], 1000],
    ['where the table fails', ['table'], 2000],
    ['where functions are killed', ['kills'], 3000],
    ['where clocks are apart', ['clocks'], 4000],
    ['where all of it happens at once', FAULTS, 5000],
  ])('%s', async (_, kinds, from) => {
    const { requests, violations } = await campaign({
      from,
      seeds: 220,
      kinds,
      code,
      alarms: () => alarms,
      tries: 60,
    });
    const said = violations.map(({ seed, invariant, what, replay }) => ({
      seed,
      violates: `(${invariant}) ${what}`,
      steps: inWords(replay),
    }));
    expect(said).toEqual([]);
    expect(requests).toBeGreaterThan(2000);
  });
});

describe('a seed', () => {
  it('does the same each time, so that what it found can be looked into', async () => {
    const run = async () => {
      const { exchanges } = await judged(planOf(20), code, () => alarms);
      return exchanges.map(({ asked, endedAt, status, text }) => [asked.id, endedAt, status, text]);
    };
    expect(await run()).toEqual(await run());
  });

  it('brings every kind of fault that it is asked for, and no other', () => {
    for (const kind of FAULTS) {
      const plans = Array.from({ length: 60 }, (_, seed) => planOf(seed, [kind]));
      const found = new Set(
        plans.flatMap(({ steps, clocksApart }) => [
          ...steps.flatMap(({ faults }) => faults.map(({ on }) => (on === 'kill' ? 'kills' : on))),
          ...steps.flatMap(({ deed }) => (deed.kind === 'outage' ? [deed.of] : [])),
          ...(clocksApart > 0 ? ['clocks'] : []),
        ]),
      );
      expect([...found]).toEqual([kind]);
    }
  });
});

describe('npm run campaign', () => {
  it('tells of every option', () => {
    for (const option of ['seeds', 'from', 'faults', 'seed', 'replay', 'json']) {
      expect(HELP).toContain(`--${option}`);
    }
  });

  it.each([
    [['--faults', 'all', '--seeds', '5'], { kinds: FAULTS, seeds: 5, from: 1 }],
    [['--faults', 'kills', '--json'], { kinds: ['kills'], json: true }],
    [['--seed', '7'], { seed: 7 }],
  ])('understands %j', (args, meant) => {
    expect(readArguments(args)).toMatchObject(meant);
  });

  it.each([[['--faults', 'disk']], [['--seeds', '0']], [['--seeds', 'many']], [['--seedz', '1']], [['7']]])(
    'says what to type instead of %j',
    (args) => {
      expect(() => readArguments(args)).toThrow('npm run campaign -- --help');
    },
  );
});
