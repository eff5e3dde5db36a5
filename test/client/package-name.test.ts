import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manifest, name, root } from './consumer.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = globSync(['*.md', 'docs/*.md', 'client/README.md'], { cwd: root });
const examples = globSync('client/examples/{*,react-vite/**/*}.{ts,tsx}', { cwd: root });

/** What a page imports: the package's entries. */
const entries = Object.keys(manifest.exports).map((entry) => join(name, entry));
/** What an example may import beside the package. */
const OTHERS = [
  ...['react', 'vue', 'svelte/store', 'vitest'],
  ...['react-dom/client', 'oidc-client-ts', 'vite', '@vitejs/plugin-react'],
];

/** What code imports or requires that is not a file beside it. */
const importsIn = (code: string) =>
  [...code.matchAll(/(?:\bfrom |\bimport |\brequire\()'([^'.][^']*)'/g)].map(
    ([, specifier = '']) => specifier,
  );

test('examples and pages import the package by the name in client/package.json, and only entries that it has', () => {
  const codes = ['docs/client.md', 'client/README.md', ...examples].map(read);
  const imported = codes.flatMap(importsIn).filter((specifier) => !OTHERS.includes(specifier));
  expect(imported.length).toBeGreaterThan(15);
  expect(imported.filter((specifier) => !entries.includes(specifier))).toEqual([]);
});

test('the examples are compiled under the same name', () => {
  const { compilerOptions } = JSON.parse(read('client/examples/tsconfig.json'));
  const code = entries.filter((entry) => !/\.js(on)?$/.test(entry));
  expect(Object.keys(compilerOptions.paths).toSorted()).toEqual(code.toSorted());
});

test('the pages that tell of the package call it so', () => {
  expect(read('client/README.md')).toMatch(new RegExp(`^# ${name}\n`));
  for (const page of ['ARCHITECTURE.md', 'CHANGELOG.md', 'docs/client.md']) {
    expect(read(page), page).toContain(`\`${name}\``);
  }
});

test('the pages name its files and its tarball as they are', () => {
  const files = pages.flatMap((page) => [
    ...[...read(page).matchAll(/node_modules\/([\w-]+)\/(dist\/[\w.-]+)/g)].map(
      ([, own, file]) => `${own} ${file}`,
    ),
    ...(page.startsWith('client') || page === 'docs/client.md'
      ? [...read(page).matchAll(/`(dist\/[\w.-]+)`/g)].map(([, file]) => `${name} ${file}`)
      : []),
  ]);
  const shipped = JSON.stringify(manifest)
    .match(/dist\/[\w.-]+/g)
    ?.map((file) => `${name} ${file}`);
  expect(files.length).toBeGreaterThan(2);
  expect(files.filter((file) => !shipped?.includes(file))).toEqual([]);
  const tarballs = pages
    .flatMap((page) => read(page).match(/[\w.-]+\.tgz/g) ?? [])
    .filter((tarball) => tarball.startsWith(`${name}-`));
  expect(tarballs.length).toBeGreaterThan(0);
  expect(new Set(tarballs)).toEqual(new Set([`${name}-${manifest.version}.tgz`]));
});
