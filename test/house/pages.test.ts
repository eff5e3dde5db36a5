import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './imports.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const markdown = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = [...markdown('.'), ...markdown('docs'), 'client/README.md', 'emulator/README.md'];

/** The anchors of a page's headings, as GitHub and GitLab make them: the second of the same name ends in -1. */
function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of page.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-');
    let free = anchor;
    for (let at = 1; anchors.has(free); at += 1) free = `${anchor}-${at}`;
    anchors.add(free);
  }
  return anchors;
}

/** The links of a page to files of this repository and to its own chapters. */
function deadLinks(path: string): string[] {
  const links = [...read(path).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)]+))?\)/g)];
  return links
    .filter(([, file = '', anchor]) => {
      const target = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).has(anchor);
    })
    .map(([link]) => link);
}

test.each(pages)('every link on %s leads to a file, and to a chapter that it has', (path) => {
  expect(deadLinks(path)).toEqual([]);
});

/** Pages that are written for a reader whose first language is not English. A new page belongs here. */
const PLAIN = [
  'README.md',
  'docs/aws-samples.md',
  'docs/costs.md',
  'docs/deploy.md',
  'docs/faq.md',
  'docs/limits.md',
  'docs/reliability.md',
  'docs/settings.md',
];
const MOST_WORDS = 30;
/** Longer ones that stay: how they begin, and why. */
const LONGER: readonly [string, string][] = [
  ['an object of at most 40 tags', 'an error message of the settings, quoted word for word'],
];

/** The sentences of a page's text, lists and tables. Code, and lists of names in code, are no sentences. */
function sentencesOf(page: string): string[] {
  return page
    .replaceAll(/^ *```[\s\S]*?^ *```/gm, '\n\n')
    .replaceAll(/<!--.*?-->|<img[^>]*>/gs, '')
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/`[^`\n]+`(,| and| or)?/g, 'CODE')
    .replaceAll(/(?:CODE\s*)+/g, 'CODE ')
    .split(/\n\s*\n|\n\s*(?:[-*]|\d+\.) |\n#+ |\||(?<=[.!?])["”)*]*\s+/)
    .map((sentence) =>
      sentence
        .replace(/^\s*(?:[-*]|\d+\.) /, '')
        .replaceAll(/\s+/g, ' ')
        .trim(),
    )
    .filter((sentence) => sentence !== '');
}

describe('plain pages', () => {
  test.each(PLAIN)(`%s has no sentence of more than ${MOST_WORDS} words`, (path) => {
    const long = sentencesOf(read(path)).filter((sentence) => sentence.split(' ').length > MOST_WORDS);
    expect(long.filter((sentence) => !LONGER.some(([begin]) => sentence.startsWith(begin)))).toEqual([]);
  });

  test('a sentence that is too long is found, also in a table and around code', () => {
    const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
    const page = `# Title\n\nShort. ${words(31)}.\n\n| \`a\` | ${words(32)} |\n\n- ${words(30)}`;
    expect(sentencesOf(page).filter((each) => each.split(' ').length > MOST_WORDS)).toHaveLength(2);
  });
});
