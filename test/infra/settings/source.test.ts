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
