import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../operator/conformance/arguments.ts';

describe('npm run conformance', () => {
  test.each([
    [[], 'Pass --stream-group, or --local.'],
    [['--stream-group', 'sg-1'], "Give Amazon's Web SDK with --web-sdk FILE"],
    [['--local', '--losses', '0'], '--losses must be a whole number from 1 to 20.'],
    [['--local', '--losses', '3.5'], '--losses must be a whole number from 1 to 20.'],
    [['--local', '--watch-ended', '-1'], '--watch-ended'],
    [['--local', '--output', ''], '--output must not be empty.'],
    [['--local', 'now'], "Unexpected argument 'now'."],
  ])('refuses %j and says what to write, before anything is started', (argv, sentence) => {
    expect(() => readArguments(argv)).toThrow(sentence);
  });

  test('has defaults that a deployer can agree to', () => {
    expect(readArguments(['--local'])).toMatchObject({
      losses: 3,
      watchEnded: 10,
      output: 'conformance.json',
      yes: false,
    });
  });
});
