import { describe, expect, test } from 'vitest';
import { readArguments } from '../../../operator/play/arguments.ts';

describe('npm run play', () => {
  test('takes what a provider wants in the sign-in besides, also with an equals sign in the value', () => {
    const given = readArguments(['--sign-in', 'audience=https://api.example/?a=b', '--sign-in', 'x=y']);
    expect(given).toMatchObject({ signInParameters: { audience: 'https://api.example/?a=b', x: 'y' } });
  });

  test.each([
    [['--port', '0'], '--port must be a whole number from 1 to 65535.'],
    [['--port', '80x'], '--port must be a whole number from 1 to 65535.'],
    [['--check', '--dark', '101'], '--dark must be a whole number from 1 to 100.'],
    [['--dark', '5'], '--dark is for --check.'],
    [['--token', 'a.b.c'], '--token is for --check.'],
    [['--sign-in', 'audience'], '--sign-in must be NAME=VALUE'],
    [['--stack', ''], '--stack must not be empty.'],
    [['--stak', 'x'], "Unknown option '--stak'."],
  ])('refuses %j and says what to write', (argv, sentence) => {
    expect(() => readArguments(argv)).toThrow(sentence);
  });

  test('has a help text that names each option that it takes', () => {
    const { help } = readArguments(['--help']) as { help: string };
    for (const option of ['web-sdk', 'stack', 'client-id', 'sign-in', 'check', 'token', 'local', 'region']) {
      expect(help).toContain(`--${option}`);
    }
  });
});
