/** Plays on a local deployment while its parts fail: `npm run soak -- --help`. */
import { existsSync } from 'node:fs';
import { progressLine } from '../../bench/progress.ts';
import { HELP, readArguments } from './arguments.ts';
import { failuresOf, reportOf } from './report.ts';
import { soak } from './soak.ts';

async function main(args: readonly string[]): Promise<number> {
  const { help, json, minutes, players, seed } = readArguments(args);
  if (help) {
    console.log(HELP);
    return 0;
  }
  if (!existsSync('/proc/self/fd'))
    throw new Error('A soak reads processes in /proc: run it on Linux. See: npm run soak -- --help');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop.abort());
  const progress = progressLine();
  const onViolation = (promise: string, what: string) => {
    progress.end();
    console.error(`Broken: ${promise}: ${what}`);
  };
  const interruptedEarly = (error: unknown) => {
    // Ctrl-C before the players began ends the deployment while it starts.
    if (stop.signal.aborted) return undefined;
    throw error;
  };
  const result = await soak({
    minutes,
    players,
    seed,
    stop: stop.signal,
    onProgress: progress.show,
    onViolation,
  })
    .catch(interruptedEarly)
    .finally(() => progress.end());
  if (!result) return 130;
  const failures = failuresOf(result);
  console.log(json ? JSON.stringify({ ...result, failures }) : reportOf(result));
  if (failures.length > 0) return 1;
  return result.interrupted ? 130 : 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  // A plain Error is a sentence for people. Any other error is a defect and is printed with its stack.
  console.error(error instanceof Error && error.name === 'Error' ? error.message : error);
  process.exitCode = 2;
}
