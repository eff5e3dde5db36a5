/** The operator's command line: `npm run --silent operator -- --help`. */

import { EXIT, Failure } from './aws/failure.ts';
import { type Arguments, readArguments } from './commands/arguments.ts';
import { perform } from './commands/commands.ts';
import { complain, json, say } from './commands/print.ts';

/** Says what went wrong, in one line. @returns the exit code */
function fail(error: unknown, asJson: boolean): number {
  const failure =
    error instanceof Failure
      ? error
      : new Failure(`It failed unexpectedly: ${(error as Error).message.split('\n')[0]}`, EXIT.failed);
  const { message, code, exitCode, retryAfterMs } = failure;
  if (asJson) process.stderr.write(`${json({ error: { message, code, exitCode, retryAfterMs } })}\n`);
  else complain(message);
  return exitCode;
}

async function main(argv: readonly string[]): Promise<number> {
  const asJson = argv.includes('--json');
  try {
    const given = readArguments(argv);
    if (!('help' in given)) return await perform(given satisfies Arguments);
    say(given.help);
    return EXIT.done;
  } catch (error) {
    return fail(error, asJson);
  }
}

// A reader that went away, such as head, is no failure to talk about.
process.stdout.on('error', () => process.exit(EXIT.failed));
process.exitCode = await main(process.argv.slice(2));
