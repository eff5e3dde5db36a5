import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { circle, folderOf, graph, importsOf, root, sources } from './imports.ts';
import { forbidden, houses, housesOf, roomOf } from './rooms.ts';

const glossary = readFileSync(join(root, 'docs', 'glossary.md'), 'utf8');
const all = sources(...houses.map(({ folder }) => folder));
const imports = all.flatMap(importsOf);
const own = imports.filter(({ to }) => to.includes('/') && all.some(({ path }) => path === to));

describe('the rooms of ARCHITECTURE.md', () => {
  test('every folder with sources is listed, and every listed one exists', () => {
    const listed = houses.flatMap((house) => (house.rooms.length > 0 ? [...house.rooms] : [house]));
    const empty = listed.filter(({ folder }) => !all.some(({ path }) => path.startsWith(`${folder}/`)));
    expect(empty).toEqual([]);
    const unlisted = houses
      .filter(({ rooms }) => rooms.length > 0)
      .flatMap(({ folder, rooms }) =>
        all.filter(({ path }) => path.startsWith(`${folder}/`) && !roomOf(path, rooms)),
      );
    expect(unlisted.map(({ path }) => path)).toEqual([]);
  });

  test('each room says in one sentence what belongs in it', () => {
    const rooms = houses.flatMap((house) => [house, ...house.rooms]);
    expect(rooms.length).toBeGreaterThan(40);
    expect(
      rooms.filter(({ holds }) => !/^[A-Z`][^.]{10,}\.$/.test(holds.replaceAll(/\.(?=\w)/g, ''))),
    ).toEqual([]);
  });

  test('a file imports only what its room may import', () => {
    expect(own.length).toBeGreaterThan(1000);
    expect(forbidden(own, houses)).toEqual([]);
  });

  test('no files import each other in a circle', () => {
    expect(circle(graph(own))).toBeUndefined();
  });

  test('no folders import each other in a circle', () => {
    expect(circle(graph(own, folderOf))).toBeUndefined();
  });
});

test('the glossary has at most fifteen words of our own, so that a newcomer can learn them', () => {
  const words = glossary.split('\n').filter((line) => /^\| (?!word )\w/.test(line));
  expect(words.length).toBeGreaterThan(5);
  expect(words.length).toBeLessThanOrEqual(15);
});

describe('a rule that is broken', () => {
  const page = `
## The house

| house | what | may import |
|---|---|---|
| \`shop/\` | What is sold. | \`tools/price.ts\` |
| \`tools/\` | What helps. | nothing |

### shop

| room | what |
|---|---|
| \`shop/goods/\` | Goods. |
| \`shop/till/\` | The till. |
| \`shop/\` | The door. |

## Decisions
`;
  const [pretend] = [housesOf(page)];
  const broken = (from: string, to: string) => forbidden([{ from, to }], pretend);

  test.each([
    ['shop/till/till.ts', 'shop/goods/tea.ts'],
    ['shop/door.ts', 'shop/till/till.ts'],
    ['shop/till/till.ts', 'tools/price.ts'],
    ['shop/till/till.ts', 'vitest'],
  ])('is not %s -> %s', (from, to) => {
    expect(broken(from, to)).toEqual([]);
  });

  test.each([
    ['shop/goods/tea.ts', 'shop/till/till.ts', 'shop/till/ stands below shop/goods/ in the table'],
    ['shop/till/till.ts', 'shop/door.ts', 'shop/ stands below shop/till/ in the table'],
    ['shop/till/till.ts', 'tools/saw.ts', 'shop/ may import tools/price.ts'],
    ['tools/saw.ts', 'shop/door.ts', 'tools/ may import nothing'],
    ['cellar/wine.ts', 'shop/door.ts', 'cellar/ is not in the table of houses'],
  ])('is named: %s -> %s', (from, to, why) => {
    expect(broken(from, to)).toEqual([`${from} -> ${to}: ${why}`]);
  });

  test('is a circle of three, also where only types close it', () => {
    const files = [
      { path: 'a/a.ts', code: "import { b } from '../b/b.ts';" },
      { path: 'b/b.ts', code: "export { c } from './c.ts';" },
      { path: 'b/c.ts', code: "import type { A } from '../a/a.ts';" },
      { path: 'd/d.ts', code: "await import('../a/a.ts');" },
    ];
    const found = files.flatMap(importsOf);
    expect(circle(graph(found))).toEqual(['a/a.ts', 'b/b.ts', 'b/c.ts', 'a/a.ts']);
    expect(circle(graph(found, folderOf))).toEqual(['a', 'b', 'a']);
    expect(circle(graph(found.filter(({ typeOnly }) => !typeOnly)))).toBeUndefined();
  });
});
