import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as timing from '../../client/src/timing.ts';
import { ENDINGS } from '../../contract/recovery-report.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const page = read('docs/client.md');
const state = read('client/src/state.ts');

/** The rows of the table behind a marker. */
function rows(marker: string): string[][] {
  const [, behind = ''] = page.split(`<!-- ${marker}: read by the tests -->\n`);
  const lines = behind.split('\n');
  const table = lines.slice(
    2,
    lines.findIndex((line) => !line.startsWith('|')),
  );
  return table.map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** The names in backticks in one column. */
const named = (marker: string, column = 0) =>
  rows(marker).flatMap((cells) => [...(cells[column] ?? '').matchAll(/`(\w+)/g)].map(([, name]) => name));

describe('docs/client.md', () => {
  const examples = [...page.matchAll(/<!-- (client\/examples\/\S+) -->\n```\w+\n([\s\S]*?)```/g)];

  test('shows the examples as they are checked', () => {
    expect(examples.map(([, file]) => file)).toEqual([
      'client/examples/ten-lines.ts',
      'client/examples/overlay.ts',
      'client/examples/plain.ts',
      'client/examples/factory.ts',
      'client/examples/react.tsx',
      'client/examples/vue.ts',
      'client/examples/svelte.ts',
      'client/examples/testing.ts',
    ]);
    for (const [, file = '', code] of examples) expect(code, file).toBe(read(file));
  });

  test('has the same first example as the package’s own README', () => {
    expect(read('client/README.md')).toContain(`\`\`\`ts\n${examples[0]?.[2]}\`\`\``);
  });

  test('shows ten lines that are ten, not counting imports and the page’s own buttons', () => {
    const [first = []] = examples;
    const lines = (first[2] ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('import'));
    expect(lines.length).toBeLessThanOrEqual(11);
  });

  test('shows Vue and Svelte in ten lines each, not counting imports and comments', () => {
    const short = examples.filter(([, file]) => /vue|svelte/.test(file ?? ''));
    expect(short).toHaveLength(2);
    for (const [, file, code = ''] of short) {
      const lines = code.split('\n').filter((line) => line !== '' && !/^(import|\/\*\*)/.test(line));
      expect(lines.length, file).toBeLessThanOrEqual(10);
    }
  });

  test('explains every step of a fake stream', () => {
    const [, members = ''] = read('client/src/fake-surface.ts').split('export interface FakeStream<Sdk> {');
    const [, chapter = ''] = page.split('## Testing your page');
    const names = [...members.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name);
    expect(names).toContain('force');
    for (const name of names) expect(chapter).toMatch(new RegExp(`\`${name}[(\`]`));
  });

  test('lists every state and its members', () => {
    const [states = ''] = state.split('/** What happened, for a timeline.');
    const names = [...states.matchAll(/readonly name: '(\w+)'/g)].map(([, name]) => name);
    expect(named('states').toSorted()).toEqual(names.toSorted());
    for (const member of named('states', 2)) expect(state).toMatch(new RegExp(`readonly ${member}\\??:`));
  });

  test('lists every reason for which a stream ends', () => {
    expect(named('reasons')).toEqual(ENDINGS);
  });

  test('lists every code that docs/protocol.md lacks', () => {
    const [, behind = ''] = read('client/src/problem.ts').split('  | ApiCode\n');
    const [union = ''] = behind.split('/** Why an attempt failed');
    expect(named('codes')).toEqual([...union.matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code));
  });

  test('gives the thresholds of the code', () => {
    expect(rows('thresholds').map(([, after]) => after)).toEqual([
      `${timing.SILENCE_MS} ms`,
      `${timing.DOUBTED_SILENCE_MS} ms`,
      `${timing.DOUBTED_SILENCE_MS} ms`,
      `${timing.STALL_MS} ms`,
      `${timing.STALL_MS} ms`,
      '0 ms',
    ]);
    for (const [number, ms] of [
      ['counts as at most 0.4 s', timing.MAX_PROVEN_MS],
      ['up to 60 s', timing.MAX_STALL_MS],
      ['at most once in 5 s', timing.CUT_EVERY_MS],
      ['still paused after 0.5 s', timing.BLOCKED_AFTER_MS],
      ['after the tab slept for 30 s', timing.CONSENT_MS],
      ['After 0.8 s of silence', timing.SUSPICIOUS_MS],
      ['spread over 0.1 s', timing.FIRST_SPREAD_MS],
      ['no answer in 12 s', timing.ANSWER_WITHIN_MS],
      ['or took 30 s', timing.TOKEN_WITHIN_MS],
      ['after a loss within 30 s', timing.OFFER_WITHIN_MS],
      ['no frame came in 8 s', timing.FRAME_WITHIN_MS],
      ['plus 30 s in which AWS may notice', timing.AWS_NOTICE_MS],
      ['an end 30 s', timing.END_WITHIN_MS],
      ['for up to 60 s', timing.FIND_WITHIN_MS],
      ['limit is 0.5 s at first', timing.BASE_MS],
      ['doubles up to 8 s', timing.CEILING_MS],
      ['or up to 3 s', timing.UNREACHABLE_CEILING_MS],
      ['same loss for 8 s', timing.PROBATION_MS],
      ['held for 8 s', timing.PROBATION_MS],
      ['for a frame, 1 s at most', timing.MAX_PACKET_DELAY_MS],
      ['no frame comes for 0.3 s', timing.FINAL_CHECK_MS],
      ['or later for 0.5 s', timing.HELD_SILENCE_MS],
      ['silent for 12 s while AWS', timing.ONE_WAY_MS],
      ['silent for 12 s more', timing.HEAL_AFTER_REFUSAL_MS],
      ['at least every 5 s', timing.REQUEST_AGAIN_MS],
      ['used it up or it is 60 s old', timing.OFFER_LIFETIME_MS],
    ] as const) {
      expect(page.replaceAll(/\s+/g, ' ')).toContain(number);
      expect(Number(/[\d.]+/.exec(number)?.[0]) * 1000).toBe(ms);
    }
  });

  test('links only to files that exist', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(join(root, dirname('docs/client.md'), link)))).toEqual([]);
  });

  test('names every event', () => {
    const [, events = ''] = state.split('export type StreamEvent =');
    for (const [, name = ''] of events.matchAll(/name: '(\w+)'/g)) expect(page).toContain(`\`${name}\``);
  });
});

describe('the package’s own README', () => {
  const readme = read('client/README.md');

  test('lists the states as docs/client.md does', () => {
    const table = /\n\| `idle`[\s\S]*?\n\n/.exec(page)?.[0];
    expect(readme).toContain(table);
  });

  test('has no link, since the files that it would lead to are not in the package', () => {
    expect(readme).not.toMatch(/\]\(/);
  });
});
