import { EXIT } from './failure.ts';

/** Runs a command line in this process. @param main gets the arguments, and returns the exit code */
export async function runProgram(main: (argv: readonly string[]) => Promise<number>): Promise<void> {
  // A reader of the output may end early, as head does. That is no failure to report.
  process.stdout.on('error', () => process.exit(EXIT.failed));
  process.exitCode = await main(process.argv.slice(2));
}
