import { defineConfig } from 'vitest/config';
import { ASKS_FOR_MS, HANGS_AFTER_MS } from '../patience.ts';

/** The tests in Firefox, which `npm run test:firefox` alone runs: not every machine has Firefox and H.264 for it. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    name: 'firefox',
    include: ['test/firefox/**/*.test.ts'],
    setupFiles: [new URL('../setup.ts', import.meta.url).pathname],
    fileParallelism: false,
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    teardownTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: ASKS_FOR_MS, interval: 20 } },
    env: { CDK_VALIDATION: 'false' },
  },
});
