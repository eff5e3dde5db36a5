/** `npm run check`: the checks that `npm test` runs before the tests. */
import { runChecks } from './checks.ts';
import { interruption } from './interruption.ts';
import { showCheck } from './show-check.ts';

const outcomes = await runChecks(showCheck, interruption());
const failed = outcomes.filter(({ passed }) => !passed).map(({ name }) => name);
if (failed.length > 0) console.error(`Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length > 0 ? 1 : 0;
