import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorRoutes } from '../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../infra/routes/player-routes.ts';

const routes = [...playerRoutes, ...operatorRoutes];
const root = join(import.meta.dirname, '..', '..');

interface Source {
  /** Path from the repository's root, with `/`. */
  readonly path: string;
  readonly code: string;
}

/** Code without comments, which may well name what code must not do. */
function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

function sources(folder: string): Source[] {
  const directory = join(root, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mts|mjs|js)$/.test(name) && !name.includes('node_modules'))
    .map((name) => ({
      path: join(folder, name).split(sep).join('/'),
      code: withoutComments(readFileSync(join(directory, name), 'utf8')),
    }));
}

/** What a file imports or re-exports: package names as written, relative paths from the repository's root. */
function importsOf({ path, code }: Source): string[] {
  const pattern = /\b(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [...code.matchAll(pattern)]
    .map(([, from, bare]) => from ?? bare ?? '')
    .map((name) =>
      name.startsWith('.')
        ? relative(root, join(root, dirname(path), name))
            .split(sep)
            .join('/')
        : name,
    );
}

/** `file -> import` for each import that is not allowed. */
function violations(files: readonly Source[], allowed: (name: string, file: Source) => boolean): string[] {
  return files.flatMap((file) =>
    importsOf(file)
      .filter((name) => !allowed(name, file))
      .map((name) => `${file.path} -> ${name}`),
  );
}

const within = (name: string, ...folders: string[]) =>
  folders.some((folder) => name.startsWith(`${folder}/`));

/** The pure core may use itself and digests. Everything else comes in as an argument. */
const coreMayImport = (name: string) => within(name, 'lambdas/core') || name === 'node:crypto';

/** Ways to learn the time, chance or surroundings without being told. */
const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.|\bhrtime\b|\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b|\bprocess\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bfetch\(|\bglobalThis\b|\bconsole\b/;

describe('the rules of the house', () => {
  test('what is deployed is described without running any of it: infra imports nothing of the other folders', () => {
    const files = sources('infra');
    expect(files.length).toBeGreaterThan(10);
    expect(violations(files, (name) => !within(name, 'lambdas', 'local', 'client', 'test', 'bench'))).toEqual(
      [],
    );
  });

  test('a function knows nothing of how it is deployed or tried: lambdas imports nothing of the other folders', () => {
    const files = sources('lambdas');
    expect(files.length).toBeGreaterThan(10);
    expect(violations(files, (name) => !within(name, 'infra', 'local', 'client', 'test', 'bench'))).toEqual(
      [],
    );
  });

  test('no function contains another one: each imports its own folder and what is shared', () => {
    const folders = routes.map(({ name }) => `lambdas/routes/${name}`);
    const others = (file: Source) => folders.filter((folder) => !file.path.startsWith(`${folder}/`));
    expect(violations(sources('lambdas'), (name, file) => !within(name, ...others(file)))).toEqual([]);
  });

  test('the core can be tested without AWS and replayed at any time: it imports no SDK and asks nobody', () => {
    const files = sources('lambdas/core');
    expect(files.length).toBeGreaterThan(5);
    expect(violations(files, coreMayImport)).toEqual([]);
    expect(
      files.flatMap(({ path, code }) => (impure.exec(code) ?? []).map((found) => `${path}: ${found}`)),
    ).toEqual([]);
  });

  test('exports are spelled out everywhere', () => {
    const files = ['infra', 'lambdas', 'local', 'client', 'bench', 'test'].flatMap(sources);
    expect(files.filter(({ code }) => /^export \*/m.test(code)).map(({ path }) => path)).toEqual([]);
  });

  test('each function has an entry point of the name that the deployment looks for', () => {
    const missing = routes.filter(
      ({ name }) => !existsSync(join(root, 'lambdas', 'routes', name, 'handler.ts')),
    );
    expect(missing).toEqual([]);
  });
});

describe('a broken rule is noticed', () => {
  const file = (code: string, path = 'lambdas/core/x.ts') => ({ path, code: withoutComments(code) });

  test.each([
    ["import { a } from '../../infra/settings/settings.ts';", 'infra/settings/settings.ts'],
    ["import type {\n  A,\n} from '../../local/x.ts';", 'local/x.ts'],
    ["export { a } from '../edge/table.ts';", 'lambdas/dynamodb/table.ts'],
    ["import '@aws-sdk/client-dynamodb';", '@aws-sdk/client-dynamodb'],
    ["const a = await import('node:process');", 'node:process'],
    ["import * as z from 'zod/mini'; import b from 'node:fs';", 'zod/mini'],
  ])('%s', (code, name) => {
    expect(violations([file(code)], coreMayImport)).toContain(`lambdas/core/x.ts -> ${name}`);
  });

  test.each([
    'const now = Date.now();',
    'return new Date().toISOString();',
    'const at = performance.now();',
    'Math.random() < 0.5',
    "import { createHash, randomUUID } from 'node:crypto';",
    'process.env.TABLE_NAME',
    'const { env } = process;',
    'setTimeout(resolve, 5)',
    "await fetch('https://example.com')",
  ])('%s in the core', (code) => {
    expect(file(code).code).toMatch(impure);
  });

  test('while a comment may name it, and a given time may be written as a date', () => {
    const code =
      '/** Never Date.now(). */\n// process.env\nconst text = new Date(at).toISOString(); // Math.random()';
    expect(file(code).code).not.toMatch(impure);
  });
});
