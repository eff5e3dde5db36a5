import { EXIT, Failure } from './failure.ts';
import { printError, printProgress, printResult } from './print.ts';

/** Runs a command line in this process. @param main gets the arguments, and returns the exit code */
export async function runProgram(main: (argv: readonly string[]) => Promise<number>): Promise<void> {
  // A reader of the output may end early, as head does. That is no failure to report.
  process.stdout.on('error', () => process.exit(EXIT.failed));
  process.exitCode = await main(process.argv.slice(2));
}

/**
 * Runs a program that is one command. An error is one line, and decides the exit code.
 * @param read returns the text to print for `--help`, or what to do
 * @param perform returns the exit code
 */
export function runCommand<Arguments extends object>(
  read: (argv: readonly string[]) => { help: string } | Arguments,
  perform: (given: Arguments) => Promise<number>,
): Promise<void> {
  return runProgram(async (argv) => {
    try {
      const given = read(argv);
      if (!('help' in given)) return await perform(given);
      printResult(given.help as string);
      return EXIT.done;
    } catch (error) {
      printError((error as Error).message);
      return error instanceof Failure ? error.exitCode : EXIT.failed;
    }
  });
}

/** A signal that Ctrl-C aborts, with a line that says what is ended first. The second Ctrl-C ends the process at once. */
export function interruption(line: string): AbortSignal {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(EXIT.failed);
      printProgress(line);
      stop.abort();
    });
  }
  return stop.signal;
}
