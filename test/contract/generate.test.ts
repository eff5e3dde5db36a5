import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StreamSessionStatus } from '@aws-sdk/client-gameliftstreams';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from '../../contract/generate/files.ts';
import { withTables } from '../../contract/generate/protocol-tables.ts';
import { STREAM_SESSION_STATUSES } from '../../contract/stream-session-status.ts';
import { protocolTable } from '../protocol.ts';
import { runScript } from '../scripts.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/protocol.md');

describe('npm run generate', () => {
  it.each(Object.entries(generatedFiles(read)))('would write %s as it is: it is current', (path, text) => {
    expect(read(path)).toBe(text);
  });

  it('refuses an unknown option, and writes nothing', async () => {
    const { code, stdout, stderr } = await runScript('npm run generate -- --chekc');
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: '"--chekc" is not an option. See: npm run generate -- --help\n',
    });
  });
});

describe('the tables of docs/protocol.md', () => {
  it('get back a row that is missing and a status that is wrong, and nothing else of the page changes', () => {
    const spoilt = page.replace(/^\| `taken_over` .*\n/m, '').replace('| `paced` | 503 ', '| `paced` | 500 ');
    expect(spoilt).not.toBe(page);
    const repaired = withTables(spoilt);
    const when = 'another device connected since `previousConnectionId`';
    expect(repaired).toBe(
      page.replace(`| \`taken_over\` | 409 | never | ${when} |`, '| `taken_over` | 409 | never | |'),
    );
  });

  it('keep the words that say when a code is answered', () => {
    const reworded = page.replace(/(\| `taken_over` \| 409 \| never \| )[^|]*/, '$1the other device plays ');
    expect(reworded).not.toBe(page);
    expect(withTables(reworded)).toBe(reworded);
  });

  it.each(['codes', 'operator codes'])('say of each of the %s when it is answered', (name) => {
    const rows = protocolTable(name);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter(([, , , when]) => when === '')).toEqual([]);
  });

  it('must stand in the page: one without its marker is named', () => {
    expect(() => withTables(page.replace('<!-- route codes: written', '<!-- route codes: read'))).toThrow(
      'docs/protocol.md has no <!-- route codes: written by npm run generate -->',
    );
  });
});

it("the contract has AWS's own statuses of a stream session", () => {
  expect(STREAM_SESSION_STATUSES).toEqual(Object.values(StreamSessionStatus));
});
