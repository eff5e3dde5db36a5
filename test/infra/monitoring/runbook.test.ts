import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorTemplateOf, templateOf, withProvider } from '../synth.ts';
import { alarmsOf, nameOf } from './alarms-of.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const runbook = read('docs/runbook.md');

const operators = ['arn:aws:sts::123456789012:assumed-role/Operators/*'];
const settings = { ...withProvider, probe: true, operators, exportBucket: 'arcade-exports' };
const alarms = [...alarmsOf(templateOf(settings)), ...alarmsOf(operatorTemplateOf(settings))].filter(
  ({ AlarmName }) => !AlarmName.includes('/half-'),
);
const parts = ['What players feel', 'What to look at', 'What to do tonight', 'What to do this week'];

/** The chapters that have the four parts: name, what stands before the parts, and each part's text. */
function chaptersOf(page: string) {
  return page
    .split(/^(?=#{2,3} )/m)
    .filter((chapter) => /^### .+$/m.test(chapter) && /^#### /m.test(chapter))
    .map((chapter) => {
      const [begin = '', ...rest] = chapter.split(/^#### /m);
      const [heading = '', ...text] = begin.split('\n');
      return {
        name: heading.slice('### '.length),
        begin: text.join('\n').trim(),
        parts: rest.map((part) => {
          const [title = '', ...lines] = part.split('\n');
          return { title, text: lines.join('\n').trim() };
        }),
      };
    });
}
const chapters = chaptersOf(runbook);

/** The anchors of a page's headings, as GitHub and GitLab make them. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of page.matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let again = 1; anchors.has(unique); again++) unique = `${anchor}-${again}`;
    anchors.add(unique);
  }
  return anchors;
}

describe('the runbook', () => {
  test('has one chapter for each alarm that notifies, under its name, and no others', () => {
    expect(chapters.map(({ name }) => name).toSorted()).toEqual(alarms.map(nameOf).toSorted());
  });

  test.each(chapters)(
    'says in the chapter $name what players feel, what to look at, and what to do tonight and this week',
    ({ parts: written }) => {
      expect(written.map(({ title }) => title)).toEqual(parts);
      for (const { title, text } of written) expect(text, title).toMatch(/\w+.*\./s);
    },
  );

  test.each(chapters)(
    "begins the chapter $name with the alarm's own description, so that the two never disagree",
    ({ name, begin }) => {
      const alarm = alarms.find((each) => nameOf(each) === name);
      const [, means] = /^\w+: (.+) See \S+$/.exec(alarm?.AlarmDescription) ?? [];
      expect(begin.split('\n\n')[0]).toBe(means);
    },
  );

  test('has the anchor to which the description of each alarm leads', () => {
    const anchors = anchorsOf(runbook);
    for (const { AlarmDescription } of alarms) {
      const [, page, anchor] = / See (.+)#(.+)$/.exec(AlarmDescription) ?? [];
      expect(page).toBe('docs/runbook.md');
      expect(anchors).toContain(anchor);
    }
  });
});
