import { parseArgs } from 'node:util';
import { UsageError } from '../run/arguments.ts';

export const HELP = `Changes the code in small ways, one at a time, and runs the unit tests that reach the change: npm run mutation -- [options] [PATH ...]

  PATH           only these folders or files of lambdas/ and client/src/: npm run mutation -- lambdas/limits
  --minutes N    ends after this many minutes, and says what it did not reach (default 45)
  --force        tests every mutant anew; without it, results whose code and tests have not changed are kept
  --help         this text

A mutant that no test notices survives, and is listed with file and line. The score is the share of mutants that a test noticed.
A mutant meets five test files: the one that has its name, then those of its folder, and the quickest first. What others would notice is not counted.
The exit code is 1 if a group that was tested whole is below its score. Results are kept in node_modules/.cache/rejoin-mutation.`;

const DEFAULT_MINUTES = 45;

export interface MutationArguments {
  readonly help: boolean;
  readonly minutes: number;
  /** Keeps no earlier result. */
  readonly force: boolean;
  /** Folders and files; none: all. */
  readonly paths: readonly string[];
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): MutationArguments {
  const { values, positionals } = parsed(args);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new UsageError(`--minutes must be a number above 0. See: npm run mutation -- --help`);
  }
  return { help: values.help, force: values.force, minutes, paths: positionals };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        minutes: { type: 'string', default: String(DEFAULT_MINUTES) },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}. See: npm run mutation -- --help`);
  }
}
