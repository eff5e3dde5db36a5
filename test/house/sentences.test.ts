import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './imports.ts';
import { sentencesOf } from './sentences.ts';

/** More words than this have to be read twice by somebody whose first language is another. */
const MOST_WORDS = 35;

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'client/README.md',
  'emulator/README.md',
  'infra/package/README.md',
  // Not the list of tests behind docs/security.md: it has titles, no sentences.
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md') && name !== 'security-tests.md')
    .map((name) => `docs/${name}`),
];

test.each(pages)(`%s has no sentence of more than ${MOST_WORDS} words`, (path) => {
  const sentences = sentencesOf(readFileSync(join(root, path), 'utf8'));
  expect(sentences.length).toBeGreaterThan(0);
  const long = sentences.filter(({ words }) => words > MOST_WORDS);
  expect(long.map(({ line, words, text }) => `${path}:${line} (${words} words): ${text}`)).toEqual([]);
});

describe('the words of a sentence', () => {
  const count = (page: string) => sentencesOf(page).map(({ line, words }) => [line, words]);

  test('are counted over the lines of a paragraph, and a list item begins a new one', () => {
    expect(count('One two\nthree. Four.\n\n- Five six\n  seven\n- Eight')).toEqual([
      [1, 3],
      [1, 1],
      [4, 3],
      [6, 1],
    ]);
  });

  test('include the text of a link, and one word for a piece of code', () => {
    expect(count('See [the two pages](docs/a.md) and `npm run x -- y`.')).toEqual([[1, 6]]);
  });

  test('leave out code blocks, headings and tables', () => {
    expect(count('# A heading\n\n```sh\nmany words of a command\n```\n| a | table |\n\nText.')).toEqual([
      [8, 1],
    ]);
  });
});
