import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { portsFrom } from '../../local/ports.ts';
import { localSettings } from '../../local/settings.ts';
import { temporaryDirectory } from '../temporary.ts';

function read(text: string) {
  const file = join(temporaryDirectory(), 'settings.json');
  writeFileSync(file, text);
  return () => localSettings(portsFrom(23_456), { file });
}

test.each([
  [
    'a comment',
    '{\n  "memoryMb": 512 // enough\n}',
    /settings\.json is not JSON: line 2: JSON has no comments; remove this one\.$/,
  ],
  [
    'a trailing comma',
    '{\n  "memoryMb": 512,\n}',
    /settings\.json is not JSON: line 2: nothing follows this comma; remove it\.$/,
  ],
  ['a list', '[]', /settings\.json is not a JSON object\.$/],
])('a settings file for npm start with %s is refused with what to change', (_what, text, message) => {
  expect(read(text)).toThrow(message);
});

test('a settings file for npm start is used as cdk deploy takes it', () => {
  expect(read('{"memoryMb": 1024}')()).toMatchObject({ memoryMb: 1024, removalPolicy: 'destroy' });
});
