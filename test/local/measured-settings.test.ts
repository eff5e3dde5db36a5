import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { measuredByEnvironment, measuredSettings } from '../../local/measured-settings.ts';

const directory = mkdtempSync(join(tmpdir(), 'rejoin-as-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (text: string) => {
  const path = join(directory, 'conformance.json');
  writeFileSync(path, text);
  return path;
};

describe('npm start -- --as FILE', () => {
  test('gives the emulator what was measured', () => {
    const settings = { lossNoticeSeconds: 14.2, connectWhileConnected: 'accept' };
    expect(measuredSettings(file(JSON.stringify({ region: 'us-west-2', settings })))).toEqual(settings);
  });

  test.each([
    ['{', 'cannot be read'],
    ['null', 'has no "settings"'],
    ['{"complete": true}', 'has no "settings"'],
    ['{"settings": {"lossNoticeSeconds": "long"}}', 'Setting "lossNoticeSeconds" must be a number'],
    ['{"settings": {"lossNotice": 3}}', 'Unknown setting "lossNotice"'],
  ])('refuses a file with %s, and names it', (text, sentence) => {
    const path = file(text);
    expect(() => measuredSettings(path)).toThrow(path);
    expect(() => measuredSettings(path)).toThrow(sentence);
  });

  test('is REJOIN_AS for the benches, and nothing without it', () => {
    const path = file('{"settings": {"lossNoticeSeconds": 14.2}}');
    expect(measuredByEnvironment({ REJOIN_AS: path })).toEqual({ lossNoticeSeconds: 14.2 });
    for (const without of [{}, { REJOIN_AS: '' }]) expect(measuredByEnvironment(without)).toEqual({});
  });

  test('refuses a file that does not exist', () => {
    expect(() => measuredSettings(join(directory, 'none'))).toThrow(
      'give a file that npm run conformance wrote',
    );
  });
});
