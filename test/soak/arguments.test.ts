import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

describe('npm run soak', () => {
  test('plays for ten minutes with twenty players by default', () => {
    expect(readArguments([])).toEqual({ help: false, json: false, minutes: 10, players: 20, seed: 1 });
  });

  test('takes part of a minute, and a seed', () => {
    expect(readArguments(['--minutes', '0.25', '--seed', '7'])).toMatchObject({ minutes: 0.25, seed: 7 });
  });

  test.each([
    [['--minutes', 'ten'], '--minutes takes a number from 0.1 to 1440, not "ten".'],
    [['--minutes', '0'], '--minutes takes a number from 0.1 to 1440, not "0".'],
    [['--players', '1'], '--players takes a number from 2 to 200, not "1".'],
    [['--players', '2.5'], '--players takes a number from 2 to 200, not "2.5".'],
    [['--seed', '-1'], "Option '--seed' argument is ambiguous"],
    [['--speed', '1'], "Unknown option '--speed'"],
  ])('refuses %j and says what to type', (args, sentence) => {
    expect(() => readArguments(args)).toThrow(sentence);
    expect(() => readArguments(args)).toThrow(/npm run soak -- --help$/);
  });
});
