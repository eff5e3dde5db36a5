import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, Given, StartRule } from '../../../contract/start-rules.ts';
import { givenBy } from '../../../lambdas/start-rules/rules.ts';

const refused = expect.objectContaining({ code: 'start_not_allowed' }) as Error;
const rule = (when: Condition[], give: Given = {}): StartRule => ({ when, give });
const fits = (condition: Condition, claims: Record<string, unknown>) => {
  try {
    givenBy([rule([condition])], claims);
    return true;
  } catch {
    return false;
  }
};

describe('a start rule', () => {
  it('decides alone when it is the first that fits: nothing of a later rule is added', () => {
    const rules = [
      rule([{ claim: 'plan', equals: 'gold' }], { sessionLengthSeconds: 7200 }),
      rule([{ claim: 'plan', present: true }], { sessionLengthSeconds: 600, applications: ['a-1'] }),
      rule([], { sessionLengthSeconds: 60 }),
    ];
    expect(givenBy(rules, { plan: 'gold' })).toEqual({ sessionLengthSeconds: 7200 });
    expect(givenBy(rules, { plan: 'tin' })).toEqual({ sessionLengthSeconds: 600, applications: ['a-1'] });
    expect(givenBy(rules, {})).toEqual({ sessionLengthSeconds: 60 });
  });

  it('fits only when all of its conditions hold', () => {
    const rules = [
      rule([
        { claim: 'a', equals: 1 },
        { claim: 'b', equals: 2 },
      ]),
    ];
    expect(givenBy(rules, { a: 1, b: 2 })).toEqual({});
    for (const claims of [{ a: 1 }, { b: 2 }, { a: 1, b: 3 }]) {
      expect(() => givenBy(rules, claims)).toThrow(refused);
    }
  });

  it('refuses a player whom no rule fits', () => {
    expect(() => givenBy([rule([{ claim: 'plan', equals: 'gold' }])], { plan: 'tin' })).toThrow(refused);
  });

  it.each<[Condition, unknown, boolean]>([
    [{ claim: 'c', equals: 'x' }, 'x', true],
    [{ claim: 'c', equals: 'x' }, ['x'], false],
    [{ claim: 'c', equals: 'x' }, 'X', false],
    [{ claim: 'c', equals: 1 }, '1', false],
    [{ claim: 'c', equals: 0 }, false, false],
    [{ claim: 'c', equals: false }, false, true],
    [{ claim: 'c', equals: '' }, null, false],
    [{ claim: 'c', contains: 'admin' }, ['x', 'admin'], true],
    // API Gateway would show both as [x admin].
    [{ claim: 'c', contains: 'admin' }, ['x admin'], false],
    [{ claim: 'c', contains: 'admin' }, 'admin', false],
    [{ claim: 'c', contains: 'admin' }, 'x admin', false],
    [{ claim: 'c', contains: 'admin' }, { admin: true }, false],
    [{ claim: 'c', contains: 1 }, ['1'], false],
    [{ claim: 'c', contains: false }, [false], true],
    [{ claim: 'c', present: true }, 'x', true],
    [{ claim: 'c', present: true }, false, true],
    [{ claim: 'c', present: true }, '', true],
    [{ claim: 'c', present: true }, null, false],
    [{ claim: 'c', present: false }, null, true],
    [{ claim: 'c', present: false }, undefined, true],
    [{ claim: 'c', present: false }, 0, false],
  ])('with the condition %j, for a claim %j: %s', (condition, value, expected) => {
    expect(fits(condition, value === undefined ? {} : { c: value })).toBe(expected);
  });
});

describe('a placeholder', () => {
  const variable = (text: string, claims: object) =>
    givenBy([rule([], { additionalEnvironmentVariables: { V: text } })], { ...claims })
      .additionalEnvironmentVariables?.V;
  const argument = (text: string, claims: object) =>
    givenBy([rule([], { additionalLaunchArgs: [text] })], { ...claims }).additionalLaunchArgs;

  it('takes the value of the claim of its name; doubled braces are braces', () => {
    expect(
      variable('plan {plan}, {{plan}}, level {level}, {vip}', { plan: 'gold', level: 7, vip: true }),
    ).toBe('plan gold, {plan}, level 7, true');
    expect(argument('-save={sub}', { sub: 'auth_7.x@y' })).toEqual(['-save=auth_7.x@y']);
  });

  it('is filled in once: a claim with braces brings in no other claim', () => {
    expect(variable('{a}', { a: '{secret}', secret: 'x' })).toBe('{secret}');
    expect(variable('{a}', { a: "$& $1 $'", secret: 'x' })).toBe("$& $1 $'");
  });

  it.each([
    ['a missing claim', {}],
    ['null', { c: null }],
    ['a list', { c: ['x'] }],
    ['an object', { c: { x: 1 } }],
    ['more than 256 characters', { c: 'x'.repeat(257) }],
    ['a line break', { c: 'x\nPATH=y' }],
    ['a NUL', { c: 'x\0y' }],
    ['half of a character', { c: '\ud800' }],
  ])('refuses %s in a variable, and says nothing of the value', (_what, claims) => {
    expect(() => variable('{c}', claims)).toThrow(refused);
    expect(() => variable('{c}', claims)).toThrow(/"c"/);
    expect(() => variable('{c}', claims)).not.toThrow(/PATH|xxx/);
  });

  it('takes 256 characters, and not one more', () => {
    expect(variable('{c}', { c: 'x'.repeat(256) })).toHaveLength(256);
  });

  it('that cannot be filled in tells the deployer what is wrong with the claim, and where it was to go', () => {
    const complaint = (work: () => unknown) => {
      try {
        work();
      } catch (problem) {
        return (problem as Error).message;
      }
      return expect.unreachable();
    };
    expect(complaint(() => variable('{c}', {}))).toContain('"c" is missing');
    expect(complaint(() => variable('{c}', { c: null }))).toContain('"c" is not a text');
    expect(complaint(() => variable('{c}', { c: 'a\nb' }))).toContain("into the game's variables");
    expect(complaint(() => argument('{c}', { c: 'a b' }))).toContain("into the game's arguments");
  });

  it.each([
    'a b',
    'a"b',
    "a'b",
    'a\tb',
    'a\nb',
    'a`b',
    'a$b',
    'a;b',
    'a&b',
    'a\\b',
    'a/b',
    'a%b',
    'ä',
    'a,b',
  ])('cannot add an argument with the value %j', (value) => {
    expect(() => argument('-x={c}', { c: value })).toThrow(refused);
  });

  it.each(['-x', '--x', '@file', '=x', '.x', ''])(
    'cannot make an option of the argument that it opens: %j',
    (value) => {
      expect(() => argument('{c}', { c: value })).toThrow(refused);
      expect(argument('-x={c}', { c: value })).toEqual([`-x=${value}`]);
    },
  );

  it('never adds a variable or an argument, whatever the claim holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        try {
          const given = givenBy(
            [
              rule([], {
                additionalLaunchArgs: ['-a={c}', '{c}'],
                additionalEnvironmentVariables: { V: '{c}' },
              }),
            ],
            { c: value },
          );
          expect(given.additionalLaunchArgs).toEqual([`-a=${value}`, value]);
          expect(given.additionalEnvironmentVariables).toEqual({ V: value });
          expect(value).toMatch(/^[a-zA-Z0-9][\w.@:+=|~-]*$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'start_not_allowed' });
        }
      }),
    );
  });

  it('that makes a variable longer than AWS takes refuses the player: it is no fault of the settings', () => {
    expect(variable(`${'x'.repeat(4095)}{c}`, { c: 'y' })).toHaveLength(4096);
    expect(() => variable(`${'x'.repeat(4095)}{c}`, { c: 'yy' })).toThrow(refused);
  });
});
