/** Mutation testing: `npm run mutation -- --help`. */

import { ensureInstalled } from '../../launch/install.mjs';
import { UsageError } from '../run/arguments.ts';
import { interruption } from '../run/interruption.ts';
import { HELP, readArguments } from './arguments.ts';
import { groups, loadable, selected, testsOf } from './groups.ts';
import { type GroupResult, isBelow, report } from './report.ts';
import { mutate } from './stryker.ts';
import { isMutationTest } from './tests.ts';

/** How often the progress is printed. */
const EVERY_MS = 15_000;

async function main(): Promise<number> {
  const { help, minutes, force, paths } = readArguments(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  const all = groups();
  const chosen = selected(all, paths);
  // Few people run this, and it needs almost as many packages as everything else together. The peer dependencies are the checkout's own.
  ensureInstalled({ folder: import.meta.dirname, what: 'Stryker', options: ['--legacy-peer-deps=true'] });
  const stop = AbortSignal.any([interruption(), AbortSignal.timeout(minutes * 60_000)]);
  const known = loadable();
  const tests = known.map(({ path }) => path).filter(isMutationTest);
  const results: GroupResult[] = [];
  for (const group of chosen) {
    const related = testsOf(group.files, tests, known);
    console.log(`${group.name}: ${group.files.length} files, ${related.length} test files`);
    let printed = performance.now();
    const result = stop.aborted
      ? { outcomes: [], planned: undefined, usable: true }
      : await mutate(
          { name: group.name, files: group.files, tests: related, force },
          (done, of) => {
            if (performance.now() - printed < EVERY_MS) return;
            printed = performance.now();
            console.log(`${group.name}: ${done} of ${of} mutants`);
          },
          stop,
        );
    if (!result.usable) {
      console.error(
        'Nothing was tested: the tests must pass on the code as it is. The lines above say what fails.',
      );
      return 2;
    }
    const whole = all.some(({ name, files }) => name === group.name && files.length === group.files.length);
    results.push({ ...group, whole, result });
  }
  for (const line of report(results)) console.log(line);
  if (stop.aborted) console.log(`\nEnded before all was tested, after at most ${minutes} minutes.`);
  return results.some(isBelow) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 2;
}
