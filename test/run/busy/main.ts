/** `npm run test:busy`: finds tests that fail at random on a busy machine. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../arguments.ts';
import { interruption } from '../interruption.ts';
import { BUSY, runSuite } from '../suite.ts';
import { formatDuration } from '../summary.ts';
import { HELP, readBusyArguments } from './arguments.ts';
import { startLoops } from './loops.ts';
import { pathFrom, reader, timedFiles } from './sources.ts';
import { add, hasFailed, inOrder, type Tally, tallyLines } from './tally.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
/** Few files a round, so that those that failed run again soon. */
const FILES_AT_ONCE = 8;

function testFiles(): string[] {
  return readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') && !/^(long|firefox)\b|node_modules/.test(name))
    .map((name) => pathFrom(ROOT, join(ROOT, 'test', name)))
    .toSorted();
}

async function main(): Promise<number> {
  const { help, minutes, loops: count } = readBusyArguments(process.argv.slice(2));
  if (help) {
    console.log(HELP);
    return 0;
  }
  const began = performance.now();
  const timed = timedFiles(testFiles(), reader(ROOT));
  console.log(
    `${count} busy loops for ${minutes} minutes. First every test, then again and again ${timed.length} files.`,
  );
  const interrupted = interruption();
  const stop = AbortSignal.any([interrupted, AbortSignal.timeout(minutes * 60_000)]);
  const loops = startLoops(count);
  const tally: Tally = new Map();
  const elapsed = () => formatDuration((performance.now() - began) / 1000);
  try {
    add(tally, await runSuite({ projects: BUSY }, stop));
    for (let round = 1; !stop.aborted; round += 1) {
      const next = inOrder(timed, tally).slice(0, FILES_AT_ONCE);
      console.log(`\nRound ${round}, after ${elapsed()}: ${next.length} files`);
      add(tally, await runSuite({ projects: BUSY, paths: next }, stop));
    }
  } finally {
    await loops.end();
  }
  for (const line of [
    '',
    ...tallyLines(tally),
    '',
    `${interrupted.aborted ? 'Interrupted after' : 'Took'} ${elapsed()}.`,
  ]) {
    console.log(line);
  }
  if (interrupted.aborted) return 130;
  return [...tally.keys()].some((file) => hasFailed(tally, file)) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
