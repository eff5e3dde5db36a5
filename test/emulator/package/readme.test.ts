import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, OPERATIONS } from '../../../emulator/model/settings.ts';
import { name, root } from './consumer.ts';

const readme = readFileSync(join(root, 'emulator', 'README.md'), 'utf8');
/** The rows of a chapter's table, by their first cell. */
const rows = (chapter: string) => {
  const [, text = ''] = readme.split(`\n### ${chapter}\n`);
  return [...(text.split(/\n##/)[0] ?? '').matchAll(/^\| `(\w+)` \| (.+?) \| (.+) \|$/gm)].map(
    ([, setting = '', value = '', what = '']) => ({ setting, value, what }),
  );
};
const choices = rows('What AWS does not document');
const durations = rows('Durations and quotas');

describe("the emulator's README", () => {
  it('lists every setting once, with its default', () => {
    const all = [...choices, ...durations];
    expect(all.map(({ setting }) => setting).toSorted()).toEqual(Object.keys(DEFAULT_SETTINGS).toSorted());
    const { quotas: _, ...plain } = DEFAULT_SETTINGS;
    for (const { setting, value, what } of all) {
      if (setting !== 'quotas')
        expect(value, setting).toBe(`\`${JSON.stringify(plain[setting as keyof typeof plain])}\``);
      expect(what, setting).toMatch(/\.$/);
    }
  });

  it('says the quotas of every operation', () => {
    const { value = '' } = durations.find(({ setting }) => setting === 'quotas') ?? {};
    const { CreateStreamSessionAdminShell, GetStreamGroup, ...others } = DEFAULT_SETTINGS.quotas;
    expect(new Set(Object.values(others))).toEqual(new Set([20]));
    expect(value).toBe(
      `20 each; ${CreateStreamSessionAdminShell} for CreateStreamSessionAdminShell, ${GetStreamGroup} for GetStreamGroup`,
    );
  });

  it('lists every operation', () => {
    const [, chapter = ''] = /\n## Operations\n([\s\S]*?)\n## /.exec(readme) ?? [];
    const [list = ''] = chapter.trim().split('.');
    expect(list.split(/,\s+/)).toEqual([...OPERATIONS]);
  });

  it('calls the package by its name, and has no link: the files that it would lead to are not in the package', () => {
    expect(readme).toMatch(new RegExp(`^# ${name}\n`));
    expect(readme).not.toMatch(/\]\(/);
  });
});
