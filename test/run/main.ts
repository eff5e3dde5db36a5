/** `npm test`: runs the checks, then every test, and prints a summary. */
import { HELP, readArguments, UsageError } from './arguments.ts';
import { runChecks } from './checks.ts';
import { interruption } from './interruption.ts';
import type { RunOutcome } from './outcome.ts';
import { showCheck } from './show-check.ts';
import { ALL, FAST, runSuite } from './suite.ts';
import { count, summary } from './summary.ts';

async function main(): Promise<number> {
  const { help, all, paths } = readArguments(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  const began = performance.now();
  const stop = interruption();
  const checks = paths.length === 0 ? await runChecks(showCheck, stop) : [];
  const suite = stop.aborted
    ? { files: [], unfinished: [], errors: [] }
    : await runSuite({ projects: all || paths.length > 0 ? ALL : FAST, paths }, stop);
  const outcome: RunOutcome = { checks, ...suite };
  for (const line of summary(outcome, (performance.now() - began) / 1000, stop.aborted)) console.log(line);
  if (stop.aborted) return 130;
  return count(outcome).failed > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
