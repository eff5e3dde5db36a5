import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { globMatches, globsOverlap } from '../../../local/iam/glob.ts';

/** A pattern match written as simply as possible: slow, but hard to get wrong. */
function meaning(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*')) return meaning(rest, text) || (text !== '' && meaning(pattern, text.slice(1)));
  return text !== '' && (pattern[0] === '?' || pattern[0] === text[0]) && meaning(rest, text.slice(1));
}

const pattern = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 7 });
const text = fc.string({ unit: fc.constantFrom('a', 'b', ':', 'A'), maxLength: 7 });

describe('an ARN pattern matches exactly as in IAM, or a role would reach resources that it was never granted:', () => {
  test('every short pattern on every short text', () => {
    fc.assert(
      fc.property(pattern, text, (p, t) => {
        expect(globMatches(p, t)).toBe(meaning(p, t));
      }),
      { numRuns: 5000 },
    );
  });

  test('an ARN without a wildcard matches only itself', () => {
    fc.assert(
      fc.property(text, text, (p, t) => {
        expect(globMatches(p, t)).toBe(p === t);
      }),
    );
  });

  test.each([
    ['a regular expression’s dot is a dot', 'table/a.b', 'table/axb', false],
    ['case counts', 'table/Sessions', 'table/sessions', false],
    ['a star takes slashes and colons', 'log-group:/a/*', 'log-group:/a/b:log-stream:c', true],
    ['a star takes nothing, too', 'table/a*', 'table/a', true],
    ['a question mark takes no nothing', 'table/a?', 'table/a', false],
    ['a line break is a character', 'table/*', 'table/a\nb', true],
    ['a longer name is another one', 'table/a', 'table/ab', false],
  ])('%s', (_what, p, t, matches) => {
    expect(globMatches(p, t)).toBe(matches);
  });

  test('a hostile pattern does not stall the process', () => {
    expect(globMatches(`${'*a'.repeat(500)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('two ARN patterns overlap', () => {
  const texts = (length: number): string[] =>
    length === 0
      ? ['']
      : texts(length - 1).flatMap((t) => (t.length < length - 1 ? [t] : [t, `${t}a`, `${t}b`, `${t}:`]));
  const all = texts(4);

  test('exactly when some text matches both', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'b', ':', '*', '?'), maxLength: 4 });
    fc.assert(
      fc.property(short, short, (one, other) => {
        // Two overlapping patterns of four characters match a common text of at most eight. The texts here are long enough if
        // the patterns have at most four letters together.
        fc.pre(one.replace(/\*/g, '').length + other.replace(/\*/g, '').length <= 4);
        expect(globsOverlap(one, other)).toBe(all.some((t) => globMatches(one, t) && globMatches(other, t)));
      }),
      { numRuns: 3000 },
    );
  });
});
