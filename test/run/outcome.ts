/** The outcome of a run, as plain data: it is sent from the process that runs the tests to the one that reports. */

/** One test. `why` is the first line of its error, or the reason why it was skipped, where one is known. */
export interface TestOutcome {
  /** With the suites around it: `a player > gets the stream back`. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly why?: string;
}

/** One test file. */
export interface FileOutcome {
  readonly project: string;
  /** Path from the root of the repository, with `/`. */
  readonly file: string;
  /** Loading, hooks and tests together. */
  readonly seconds: number;
  readonly tests: readonly TestOutcome[];
  /** Failures outside of a test: the file does not load, a hook throws. */
  readonly errors: readonly string[];
}

/** One check that is no test: lint, types. */
export interface CheckOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

export interface RunOutcome {
  readonly checks: readonly CheckOutcome[];
  readonly files: readonly FileOutcome[];
  /** Files that began and never reported their end. */
  readonly unfinished: readonly string[];
  /** Failures outside of any file: an uncaught error, a process that died. */
  readonly errors: readonly string[];
}

/** The first line of a message, without colours. */
export function firstLine(message: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  const plain = message.replaceAll(/\x1b\[[0-9;]*m/g, '');
  return (
    plain
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
