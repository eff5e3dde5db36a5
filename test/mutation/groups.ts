/** What is mutated, in groups, each with the score that it must reach. */

import { importsOf, type Source, sources } from '../house/imports.ts';
import { IMPURE, isWiring } from '../house/impure.ts';
import { UsageError } from '../run/arguments.ts';

export interface Group {
  readonly name: 'rules' | 'ports and routes' | 'client';
  /** The share of mutants that tests must notice, in %. */
  readonly required: number;
  /** Paths from the repository's root. */
  readonly files: readonly string[];
}

const LOADER = 'test/openapi/handlers.ts';

const isPort = (path: string) =>
  IMPURE.includes(path) || isWiring(path) || path.startsWith('lambdas/routes/');

/** All groups. The first is tested first, since time may run out. */
export function groups(): Group[] {
  const lambdas = sources('lambdas').map(({ path }) => path);
  const client = sources('client/src').map(({ path }) => path);
  return [
    { name: 'rules', required: 85, files: lambdas.filter((path) => !isPort(path)) },
    { name: 'ports and routes', required: 75, files: lambdas.filter(isPort) },
    { name: 'client', required: 90, files: client },
  ];
}

/**
 * The groups, with no other files than those of the given folders or files.
 * @param paths none: all files
 * @throws UsageError for a path that contains nothing to mutate
 */
export function selected(all: readonly Group[], paths: readonly string[]): Group[] {
  const wanted = paths.map((path) => path.replace(/^\.\//, '').replace(/\/+$/, ''));
  const isIn = (file: string, path: string) => file === path || file.startsWith(`${path}/`);
  const unknown = wanted.find((path) => !all.some(({ files }) => files.some((file) => isIn(file, path))));
  if (unknown !== undefined) {
    throw new UsageError(
      `Nothing is mutated in "${unknown}": name a folder or file of lambdas/ or client/src/. See: npm run mutation -- --help`,
    );
  }
  return all
    .map((group) => ({
      ...group,
      files: group.files.filter((file) => wanted.length === 0 || wanted.some((path) => isIn(file, path))),
    }))
    .filter(({ files }) => files.length > 0);
}

/**
 * Test files that load one of the given files, directly or through others.
 * @param files paths from the repository's root
 * @param tests the candidates
 * @param known sources by path: what the imports lead to
 */
export function testsOf(
  files: readonly string[],
  tests: readonly string[],
  known: readonly Source[],
): string[] {
  const importers = new Map<string, string[]>();
  const loads = known.flatMap(importsOf).filter(({ typeOnly }) => !typeOnly);
  for (const { from, to } of [...loads, ...known.flatMap(loadsByName)]) {
    importers.set(to, [...(importers.get(to) ?? []), from]);
  }
  const reached = new Set(files);
  for (const path of reached) for (const importer of importers.get(path) ?? []) reached.add(importer);
  return tests.filter((path) => reached.has(path));
}

/** The handlers, which tests load by the names of their routes. */
function loadsByName({ path }: Source): { from: string; to: string }[] {
  return /^lambdas\/routes\/[^/]+\/handler[.]ts$/.test(path) ? [{ from: LOADER, to: path }] : [];
}

/** Sources through which a test may load what is mutated. */
export const loadable = () => sources('lambdas', 'contract', 'client/src', 'local', 'emulator', 'test');
