import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { operatorRoutes } from '../../infra/routes/operator-routes.ts';
import { playerRoutes } from '../../infra/routes/player-routes.ts';
import { type Import, importsOf, root, type Source, sources, withoutComments } from './imports.ts';
import { IMPURE, isWiring } from './impure.ts';

const routes = [...playerRoutes, ...operatorRoutes];

/** Ways to get the time, chance or surroundings without being given them. */
const SURROUNDINGS =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.|\bhrtime\b|\bMath\.random\b|\brandom(?:UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b|\bprocess\b|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|\bfetch\(|\bglobalThis\b|\bconsole\b/;

/** Packages that pure code may use. */
const PURE_PACKAGES = ['node:crypto'];

function isImpure(file: Source): boolean {
  const packages = importsOf(file).filter(
    ({ to, typeOnly }) => !typeOnly && !/^(lambdas|contract)\//.test(to),
  );
  return SURROUNDINGS.test(file.code) || packages.some(({ to }) => !PURE_PACKAGES.includes(to));
}

/** These give pure code nothing that a test could not replay: a wait with a limit, and zlib. */
const HARMLESS = ['lambdas/environment/time-limit.ts', 'lambdas/sessions/compressed-answer.ts'];

/** Imports that would let impure code run inside pure code. */
function impureImports(imports: readonly Import[]): string[] {
  return imports
    .filter(({ from, typeOnly }) => !typeOnly && !IMPURE.includes(from) && !isWiring(from))
    .filter(({ to }) => IMPURE.includes(to) && !HARMLESS.includes(to))
    .map(({ from, to }) => `${from} -> ${to}`);
}

describe('the functions', () => {
  const files = sources('lambdas');

  test('each route has an entry point where the deployment looks for it', () => {
    const missing = routes.filter(
      ({ name }) => !existsSync(join(root, 'lambdas', 'routes', name, 'handler.ts')),
    );
    expect(missing).toEqual([]);
  });

  test('a function contains no other function: a route imports no other route', () => {
    const routeOf = (path: string) => /^lambdas\/routes\/([^/]+)\//.exec(path)?.[1];
    const crossing = files
      .flatMap(importsOf)
      .filter(({ from, to }) => routeOf(to) !== undefined && routeOf(to) !== routeOf(from));
    expect(crossing).toEqual([]);
  });

  test('the rules run without AWS, clock and chance, so a test can replay them: only these files touch those', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(isImpure).map(({ path }) => path)).toEqual(IMPURE);
  });

  test('pure code imports no more than types of impure code', () => {
    expect(impureImports(files.flatMap(importsOf))).toEqual([]);
  });

  test('no schema gets into a bundle: the functions import only constants and types of the contract', () => {
    const fromContract = files.flatMap(importsOf).filter(({ to }) => to.startsWith('contract/'));
    expect(fromContract.length).toBeGreaterThan(20);
    expect(fromContract.filter(({ to }) => !/^contract\/[\w-]+\.ts$/.test(to))).toEqual([]);
  });

  test('the constants of the contract need no package, so every house can import them', () => {
    const constants = sources('contract').filter(({ path }) => /^contract\/[\w-]+\.ts$/.test(path));
    expect(constants.length).toBeGreaterThan(5);
    expect(constants.flatMap(importsOf).filter(({ to }) => !to.startsWith('contract/'))).toEqual([]);
  });

  test('exports are spelled out everywhere', () => {
    const everywhere = sources(
      'contract',
      'infra',
      'lambdas',
      'local',
      'emulator',
      'operator',
      'client',
      'bench',
      'test',
    );
    expect(everywhere.filter(({ code }) => /^export \*/m.test(code)).map(({ path }) => path)).toEqual([]);
  });
});

describe('impure code is noticed', () => {
  const file = (code: string) => ({ path: 'lambdas/limits/x.ts', code: withoutComments(code) });

  test.each([
    "import '@aws-sdk/client-dynamodb';",
    "const a = await import('node:process');",
    "import * as z from 'zod/mini';",
    'const now = Date.now();',
    'return new Date().toISOString();',
    'const at = performance.now();',
    'Math.random() < 0.5',
    "import { createHash, randomUUID } from 'node:crypto';",
    'process.env.TABLE_NAME',
    'const { env } = process;',
    'setTimeout(resolve, 5)',
    "await fetch('https://example.com')",
  ])('%s', (code) => {
    expect(isImpure(file(code))).toBe(true);
  });

  test.each([
    '/** Never Date.now(). */\n// process.env\nconst text = new Date(at).toISOString(); // Math.random()',
    "import { createHash } from 'node:crypto';",
    "import type { Context } from 'aws-lambda';",
  ])('but not in %s', (code) => {
    expect(isImpure(file(code))).toBe(false);
  });

  test.each([
    ["import { log } from '../observability/logs.ts';", 1],
    ["import { type Log, log } from '../observability/logs.ts';", 1],
    ["import { type Log } from '../observability/logs.ts';", 0],
    ["import type { Log } from '../observability/logs.ts';", 0],
    ["import { withTimeLimit } from '../environment/time-limit.ts';", 0],
  ])('%s in a pure file: %i violations', (code, count) => {
    expect(impureImports(importsOf(file(code)))).toHaveLength(count);
  });
});
