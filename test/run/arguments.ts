import { parseArgs } from 'node:util';

export const HELP = `Checks formatting, lint, types and unused code, then runs the tests, whatever failed before: npm test [-- options] [PATH ...]

  PATH     only test files whose path contains this, also those that take longer, and no checks: npm test -- test/lambdas
  --all    also what takes longer: npm run test:all. CI runs it
  --help   this text

Browser tests need Chromium and say so where they are skipped. REJOIN_REQUIRE_BROWSER=1 has them fail instead.
The last lines name what failed, what was skipped and why, and the slowest files; the exit code is 1 if anything failed.`;

/** Wrong arguments. The message is one sentence that says what to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface RunArguments {
  readonly help: boolean;
  /** Includes the projects that take longer. */
  readonly all: boolean;
  /** Parts of test files' paths; none: all files. */
  readonly paths: readonly string[];
}

/** @throws UsageError */
export function readArguments(args: readonly string[]): RunArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { all: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    return { ...values, paths: positionals };
  } catch (error) {
    const [what] = (error as Error).message.split('. ');
    throw new UsageError(`${what}. See: npm test -- --help`);
  }
}
