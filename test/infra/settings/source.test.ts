import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findSettings } from '../../../infra/settings/source.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-settings-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const context = (values: Record<string, unknown>) => (key: string) => values[key];

test('without a file the settings are those in cdk.json, so that a fresh clone synthesizes', () => {
  expect(findSettings(context({ rejoin: { a: 1 } }), directory)).toEqual({
    name: 'cdk.json, context "rejoin"',
    input: { a: 1 },
  });
});

test("settings.json replaces cdk.json's example as a whole, so that no example value is ever deployed", () => {
  writeFileSync(join(directory, 'settings.json'), '{"b": 2}');
  expect(findSettings(context({ rejoin: { a: 1 } }), directory)).toEqual({
    name: 'settings.json',
    input: { b: 2 },
  });
});

test('a file named on the command line wins over both, so that one checkout serves two stages', () => {
  writeFileSync(join(directory, 'settings.json'), '{"b": 2}');
  writeFileSync(join(directory, 'production.json'), '{"c": 3}');
  expect(findSettings(context({ rejoin: { a: 1 }, settings: 'production.json' }), directory)).toEqual({
    name: 'production.json',
    input: { c: 3 },
  });
});

test.each([
  [
    'comments, as other configuration files have them',
    '{\n  // ours\n  "a": "https://a//b", /* and\n  so on */\n  "b": "/* text */"\n}',
    ['line 2: JSON has no comments; remove this one', 'line 3: JSON has no comments; remove this one'],
  ],
  [
    'trailing commas, as JavaScript has them',
    '{\n  "a": [1, 2,],\n  "b": ",}",\n}',
    ['line 2: nothing follows this comma; remove it', 'line 3: nothing follows this comma; remove it'],
  ],
  [
    'both, and something else',
    '{\n  "a": 1, // one\n  b: 2,\n}',
    [
      'line 2: JSON has no comments; remove this one',
      'line 3: nothing follows this comma; remove it',
      expect.stringMatching(/^Expected .+line 3/),
    ],
  ],
  ['a comment that never ends', '{} /* ', ['line 1: JSON has no comments; remove this one']],
])('a file with %s is refused with the line of each', (_what, text, lines) => {
  writeFileSync(join(directory, 'settings.json'), text);
  let refused: string[] = [];
  try {
    findSettings(context({}), directory);
  } catch (error) {
    refused = (error as { lines: string[] }).lines.map((line) =>
      line.replace('settings.json is not JSON: ', ''),
    );
  }
  expect(refused).toEqual(lines);
});

test.each([
  [
    'a file that does not exist',
    { settings: 'none.json' },
    /^cannot read the settings file none\.json \(ENOENT\); /,
  ],
  ['a directory', { settings: '.' }, /^cannot read the settings file \. \(EISDIR\); /],
  ['a file that is not JSON', { settings: 'broken.json' }, /^broken\.json is not JSON: /],
  [
    'an empty name',
    { settings: '' },
    /^the context "settings" must be the path of a file, as in -c settings=/,
  ],
  [
    'no settings anywhere',
    {},
    /^no settings: write settings\.json beside cdk\.json, name a file with -c settings=/,
  ],
])('%s is refused with one line that says what to write', (_what, values, line) => {
  writeFileSync(join(directory, 'broken.json'), '{"a": 1,\n}');
  expect(() => findSettings(context(values), directory)).toThrow(
    expect.objectContaining({ name: 'SettingsError', lines: [expect.stringMatching(line)] }),
  );
});
