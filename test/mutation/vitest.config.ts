/** How the tests run against mutants. Which ones run, stryker.ts says. */
import { defineConfig } from 'vitest/config';
import { ASKS_FOR_MS, HANGS_AFTER_MS } from '../patience.ts';
import { ALONE, OF_HANDLERS } from './tests.ts';

const common = {
  setupFiles: [new URL('../setup.ts', import.meta.url).pathname],
  testTimeout: HANGS_AFTER_MS,
  hookTimeout: HANGS_AFTER_MS,
  teardownTimeout: HANGS_AFTER_MS,
  restoreMocks: true,
  expect: { poll: { timeout: ASKS_FOR_MS, interval: 20 } },
};

export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    projects: [
      {
        test: {
          ...common,
          name: 'shared',
          include: ['test/{lambdas,client}/**/*.test.ts'],
          exclude: [...ALONE],
          // Loading Vitest and the modules takes longer than most tests.
          isolate: false,
        },
      },
      // They load the handlers again. So no other tests may share their worker.
      { test: { ...common, name: 'handlers', include: [...OF_HANDLERS], isolate: false } },
      { test: { ...common, name: 'alone', include: [...ALONE] } },
    ],
  },
});
