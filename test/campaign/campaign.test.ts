import { beforeAll, describe, expect, it } from 'vitest';
import { HELP, readArguments } from './arguments.ts';
import { ATTACKS, type AttackTarget, attackTarget, expectNoViolation } from './attacks.ts';
import { planOf } from './generate.ts';
import { judgePlan } from './judge.ts';
import { FAULTS } from './plan.ts';

let functions: AttackTarget;
beforeAll(async () => {
  functions = await attackTarget();
});

describe('under attack by seed, no answer to a player violates an invariant', () => {
  // With more seeds: test/long/campaign.test.ts.
  it.each(ATTACKS)('%s', (_, kinds, from) => expectNoViolation(functions, { kinds, from, seeds: 60 }));
});

describe('a seed', () => {
  it('gives the same run each time', async () => {
    const run = async () => {
      const { exchanges } = await judgePlan(planOf(20), functions.code, () => functions.alarms);
      return exchanges.map(({ request, endedAt, status, text }) => [request.id, endedAt, status, text]);
    };
    expect(await run()).toEqual(await run());
  });

  it('has a table that returns the item of a failed condition, or one that does not', () => {
    const plans = Array.from({ length: 60 }, (_, seed) => planOf(seed));
    const withItem = plans.filter(({ returnsItem }) => returnsItem).length;
    expect(withItem).toBeGreaterThan(15);
    expect(withItem).toBeLessThan(45);
  });

  it('contains every requested kind of fault, and no other', () => {
    for (const kind of FAULTS) {
      const plans = Array.from({ length: 60 }, (_, seed) => planOf(seed, [kind]));
      const found = new Set(
        plans.flatMap(({ steps, clocksApart }) => [
          ...steps.flatMap(({ faults }) => faults.map(({ on }) => (on === 'kill' ? 'kills' : on))),
          ...steps.flatMap(({ action }) => (action.kind === 'outage' ? [action.of] : [])),
          ...(clocksApart > 0 ? ['clocks'] : []),
        ]),
      );
      expect([...found]).toEqual([kind]);
    }
  });
});

describe('npm run campaign', () => {
  it('explains every option in its help', () => {
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
