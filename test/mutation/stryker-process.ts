/** Runs Stryker once, with the settings that its parent gives it: stryker.ts. */
import { Stryker } from '@stryker-mutator/core';

// The parent died: nobody reads the results.
process.on('disconnect', () => process.kill(process.pid, 'SIGINT'));

try {
  await new Stryker(JSON.parse(process.argv[2] ?? '')).runMutationTest();
  process.exit(0);
} catch {
  // Stryker has said why.
  process.exit(1);
}
