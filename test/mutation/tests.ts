/** The tests that judge mutants: unit tests of lambdas/ and client/ that build and start nothing large. */

/** They bundle, install, start browsers and processes, or read the source as text: they notice nothing that the others would miss. */
const OTHERS =
  /^test\/(client\/(docs|frameworks|package|package-name|package-types|react|real-browsers|types|your-page)|lambdas\/reliability\/healed)\.test\.ts$/;

/** They change the environment, global objects or the state of a module, so each needs a process of its own. */
export const ALONE: readonly string[] = [
  'test/lambdas/http/http.test.ts',
  'test/lambdas/observability/logs-and-metrics.test.ts',
  'test/lambdas/operators/operator-audit-text.test.ts',
  'test/lambdas/operators/operator-http.test.ts',
  'test/lambdas/operators/operator-table-stall.test.ts',
  'test/lambdas/reliability/broken-table.test.ts',
  'test/lambdas/routes/status-lookup.test.ts',
  'test/client/environment.test.ts',
  'test/client/recovery-matrix.test.ts',
  'test/client/recovery-properties.test.ts',
];

/** @param path from the repository's root */
export const isMutationTest = (path: string) =>
  /^test\/(lambdas|client)\/.*\.test\.ts$/.test(path) && !OTHERS.test(path);
