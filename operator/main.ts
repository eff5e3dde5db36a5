/** The operators' command line: `npm run --silent operator -- --help`. */
import { EXIT, Failure } from './cli/failure.ts';
import { json, printError, printResult } from './cli/print.ts';
import { runProgram } from './cli/program.ts';
import { readArguments } from './commands/arguments.ts';

/** Prints what went wrong, in one line. @returns the exit code */
function fail(error: unknown, asJson: boolean): number {
  const failure =
    error instanceof Failure
      ? error
      : new Failure(`It failed unexpectedly: ${(error as Error).message.split('\n')[0]}`, EXIT.failed);
  const { message, code, exitCode, retryAfterMs } = failure;
  if (asJson) process.stderr.write(`${json({ error: { message, code, exitCode, retryAfterMs } })}\n`);
  else printError(message);
  return exitCode;
}

await runProgram(async (argv) => {
  const asJson = argv.includes('--json');
  try {
    const given = readArguments(argv);
    if ('help' in given) {
      printResult(given.help);
      return EXIT.done;
    }
    // Help and refused options need none of this, and it takes long to load.
    const { perform } = await import('./commands/commands.ts');
    return await perform(given);
  } catch (error) {
    return fail(error, asJson);
  }
});
