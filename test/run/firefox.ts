/** `npm run test:firefox`: the tests in Firefox, and last what came of them. */
import { join } from 'node:path';
import { interruption } from './interruption.ts';
import { runSuite } from './suite.ts';
import { count, summary } from './summary.ts';

const config = join(import.meta.dirname, '..', 'firefox', 'vitest.config.ts');
const began = performance.now();
const stop = interruption();
const outcome = { checks: [], ...(await runSuite({ config, projects: ['firefox'] }, stop)) };
for (const line of summary(outcome, (performance.now() - began) / 1000, stop.aborted)) console.log(line);
process.exitCode = stop.aborted ? 130 : count(outcome).failed > 0 ? 1 : 0;
