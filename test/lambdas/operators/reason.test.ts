import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requireReason } from '../../../lambdas/operators/reason.ts';

const refused = (value: unknown) => expect(() => requireReason(value));

describe('the reason that an audit keeps', () => {
  it('is kept as written, without the white space around it', () => {
    expect(requireReason('\t Ticket 4711: schwarzer Bildschirm – 画面が黒い 🎮 \n')).toBe(
      'Ticket 4711: schwarzer Bildschirm – 画面が黒い 🎮',
    );
  });

  it.each([
    ['ten characters', 'x'.repeat(10)],
    ['500 characters', 'x'.repeat(500)],
    ['ten characters of two UTF-16 units each', '🎮'.repeat(10)],
    ['500 of them', '🎮'.repeat(500)],
  ])('may have %s', (_what, reason) => {
    expect(requireReason(reason)).toBe(reason);
  });

  it.each([
    ['nine characters', 'x'.repeat(9), 'must have 10 to 500 characters, not 9'],
    ['501 characters', 'x'.repeat(501), 'must have 10 to 500 characters, not 501'],
    [
      'nine characters that ten units stand for',
      `${'x'.repeat(8)}🎮`,
      'must have 10 to 500 characters, not 9',
    ],
    ['nothing but white space', ' '.repeat(100), 'must have 10 to 500 characters, not 0'],
    [
      'four that can be seen',
      `a\u2800\u200d\u200d b\u200d\u200d c d`,
      'must have 5 or more visible characters',
    ],
    ['nothing', undefined, 'must say why, such as a ticket and a sentence'],
    ['a number', 4711, 'must say why, such as a ticket and a sentence'],
    ['a list of reasons', ['x'.repeat(20)], 'must say why, such as a ticket and a sentence'],
  ])('is refused with %s', (_what, reason, complaint) => {
    refused(reason).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: `reason: ${complaint}` }),
    );
  });

  it.each([
    ['a line break', '\n'],
    ['a carriage return', '\r'],
    ['a tab', '\t'],
    ['an escape', '\u001b'],
    ['a null', '\0'],
    ['a C1 control sequence introducer', '\u009b'],
    ['a line separator', '\u2028'],
    ['a mark that turns text around', '\u202e'],
    ['an isolate that hides text', '\u2066'],
    ['half a character', '\ud83c'],
  ])('is refused with %s in it, which could make the record read otherwise', (_what, character) => {
    refused(`Ticket 4711${character}black screen`).toThrow(
      /^reason: must be one line of text without control characters$/,
    );
  });

  it('is refused or harmless, whatever is written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 8, maxLength: 600 }), (text) => {
        let kept: string;
        try {
          kept = requireReason(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_request' });
          return;
        }
        expect(kept).toBe(text.trim());
        expect(kept).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect([...kept].length).toBeGreaterThanOrEqual(10);
      }),
    );
  });
});
