/** The tests that judge mutants: unit tests of lambdas/ and client/ that build and start nothing large, and those of the handlers. */
import { basename } from 'node:path';
import { isWiring } from '../house/impure.ts';

/**
 * They bundle, install, start browsers and processes, read the source as text, or compute for many seconds. None of them can judge
 * thousands of mutants.
 */
const OTHERS = new RegExp(
  `^test/(client/(${[
    'docs',
    'frameworks',
    'package',
    'package-name',
    'package-types',
    'properties',
    'react',
    'real-browsers',
    'recovery-matrix',
    'recovery-networks',
    'recovery-properties',
    'types',
    'your-page',
  ].join('|')})|lambdas/(admission/storm-crowd|reliability/(broken-table|healed)))[.]test[.]ts$`,
);

/** They change the environment, global objects or the state of a module, so each needs a process of its own. */
export const ALONE: readonly string[] = [
  'test/lambdas/http/http.test.ts',
  'test/lambdas/observability/logs-and-metrics.test.ts',
  'test/lambdas/operators/operator-audit-text.test.ts',
  'test/lambdas/operators/operator-http.test.ts',
  'test/lambdas/operators/operator-table-stall.test.ts',
  'test/lambdas/routes/status-lookup.test.ts',
  'test/client/environment.test.ts',
];

/** They load the routes' handlers, with a real table and the emulator. All of a function's code is below a handler. */
export const OF_HANDLERS: readonly string[] = [
  'test/openapi/operator-responses.test.ts',
  'test/openapi/player-responses.test.ts',
];
/** Whether they judge a file, after all other tests: the routes, and what connects the parts. All else has quicker tests. */
const isJudgedByHandlers = (mutated: string) =>
  isWiring(mutated) || /\/lambdas\/(routes\/|http\/route-handler[.])/.test(mutated);

/** @param path from the repository's root */
export const isMutationTest = (path: string) =>
  OF_HANDLERS.includes(path) || (/^test\/(lambdas|client)\/.*\.test\.ts$/.test(path) && !OTHERS.test(path));

/** A mutant that survives meets every test that is left to it: those of so many files, and those of the handlers. */
const MOST_FILES = 5;

/**
 * The tests that a mutant meets, by test file: first the file that has its name, then those of its folder, and the quickest first.
 * @param ids the tests that reach the mutant, `path#name`
 * @param mutated the path of the mutated file
 * @param times how long each test takes without a mutant, in milliseconds
 */
export function testsToMeet(
  ids: readonly string[],
  mutated: string,
  times: Readonly<Record<string, number>>,
): string[][] {
  const took = (tests: readonly string[]) => tests.reduce((sum, id) => sum + (times[id] ?? 0), 0);
  const name = `/${basename(mutated, '.ts')}.test.ts`;
  const [, folder = 'none'] = /(lambdas\/[^/]+\/)/.exec(mutated) ?? [];
  const distance = (file: string) => (file.endsWith(name) ? 0 : file.startsWith(`test/${folder}`) ? 1 : 2);
  const files = [...Map.groupBy(ids, (id) => id.slice(0, id.indexOf('#')))].toSorted(
    ([file, tests], [other, others]) => distance(file) - distance(other) || took(tests) - took(others),
  );
  const isOfHandlers = ([file]: (typeof files)[number]) => OF_HANDLERS.includes(file);
  const last = isJudgedByHandlers(mutated) ? files.filter(isOfHandlers) : [];
  const first = files.filter((file) => !isOfHandlers(file)).slice(0, MOST_FILES);
  return [...first, ...last].map(([, tests]) => tests);
}

/** A test that takes this and ten times as long as without a mutant hangs. A busy machine is slow for both. */
const HANGS_AFTER_MS = 5000;

/** After how many milliseconds one of the tests hangs. @param times how long each takes without a mutant */
export const patienceWith = (ids: readonly string[], times: Readonly<Record<string, number>>) =>
  HANGS_AFTER_MS + 10 * Math.max(0, ...ids.map((id) => times[id] ?? 0));
