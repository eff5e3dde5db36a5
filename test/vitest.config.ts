import { defineConfig } from 'vitest/config';

/** Unit tests that wait for real processes, packets and timers. */
const LIVE = ['test/{operator,doctor}/**/*.test.ts', 'test/local/{functions,gameliftstreams}/**/*.test.ts'];

/** The tests of benches that start a deployment. */
const BENCHES = ['test/bench/bench-storm.test.ts', 'test/bench/bench-coldstart-overhead-cost.test.ts'];

/** Tests of a deployment that measure, or bring a crowd. */
const HEAVY = [...BENCHES, 'test/e2e/hot-item.test.ts'];

const common = {
  testTimeout: 60_000,
  // Until a condition holds, however busy the machine is: the default is one second.
  expect: { poll: { timeout: 20_000, interval: 20 } },
};
/** One file after another. */
const alone = { fileParallelism: false };
const group = (groupOrder: number) => ({ sequence: { groupOrder } });

/**
 * Three kinds of tests, by what they need: `unit` needs nothing, `e2e` a local deployment that each file starts
 * for itself, `browser` Chromium as well. Their groups run one after another, since those that drive real processes and real
 * time may share a machine of two cores with their like, which mostly wait, but not with tests that compute.
 */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // Every core: Vitest would leave one idle, which is half of a machine that has two.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...common,
          ...group(0),
          name: 'unit',
          include: ['test/{lambdas,infra,local,openapi,bench,client}/**/*.test.ts'],
          exclude: [...BENCHES, ...LIVE],
        },
      },
      { test: { ...common, ...group(1), name: 'unit-live', include: LIVE } },
      {
        test: {
          ...common,
          ...group(2),
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: HEAVY,
          maxWorkers: 2,
          hookTimeout: 120_000,
        },
      },
      {
        test: { ...common, ...group(3), ...alone, name: 'e2e-heavy', include: HEAVY, hookTimeout: 120_000 },
      },
      {
        test: {
          ...common,
          ...group(4),
          ...alone,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
