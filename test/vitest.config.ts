import { defineConfig } from 'vitest/config';

/** The tests of benches that start a deployment. */
const BENCHES = ['test/bench/bench-storm.test.ts', 'test/bench/bench-coldstart-overhead-cost.test.ts'];

/** Until a condition holds, however busy the machine is: the default is one second. */
const expect = { poll: { timeout: 20_000, interval: 20 } };

/**
 * Three kinds of tests, by what they need: `unit` needs nothing, `e2e` a local deployment that each file starts
 * for itself, `browser` Chromium as well. Files of the last two run one after another: each drives real
 * processes and real time on a machine that may have only two cores, so `npm test` runs them after the unit tests.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    projects: [
      {
        test: {
          expect,
          name: 'unit',
          include: ['test/{lambdas,infra,local,operator,doctor,openapi,bench,client}/**/*.test.ts'],
          exclude: BENCHES,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          expect,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts', ...BENCHES],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          expect,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
