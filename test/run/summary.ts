/** The last lines of a run. Pure. */
import type { FileOutcome, RunOutcome, TestOutcome } from './outcome.ts';

const SLOWEST = 10;

/** How many checks and tests passed, failed and were skipped. A file that fails outside of its tests counts as one failure. */
export function count({ checks, files, unfinished, errors }: RunOutcome) {
  const tests = files.flatMap((file) => file.tests);
  const number = (state: TestOutcome['state']) => tests.filter((test) => test.state === state).length;
  const failedChecks = checks.filter(({ passed }) => !passed).length;
  return {
    passed: number('passed') + checks.length - failedChecks,
    failed:
      number('failed') +
      failedChecks +
      files.flatMap((file) => file.errors).length +
      unfinished.length +
      errors.length,
    skipped: number('skipped'),
  };
}

/** Every failure in one line: `file > title: first line of the error`. */
function failures({ checks, files, unfinished, errors }: RunOutcome): string[] {
  return [
    ...checks.filter(({ passed }) => !passed).map(({ name }) => `check > ${name}: see its output above`),
    ...files.flatMap(({ file, tests, errors: outside }) => [
      ...outside.map((why) => `${file} > outside of a test: ${why}`),
      ...tests
        .filter(({ state }) => state === 'failed')
        .map(({ title, why }) => `${file} > ${title}${why ? `: ${why}` : ''}`),
    ]),
    ...unfinished.map((file) => `${file} > did not end`),
    ...errors.map((why) => `outside of any file > ${why}`),
  ];
}

/** Skipped tests. Tests of a file with the same reason share a line. */
function skips(files: readonly FileOutcome[]): string[] {
  return files.flatMap(({ file, tests, errors }) => {
    const skipped = tests.filter(({ state }) => state === 'skipped');
    const byReason = Map.groupBy(skipped, ({ why }) => why ?? unexplained(errors));
    return [...byReason].map(([why, those]) => {
      const [only] = those;
      const what = those.length === 1 && only ? `> ${only.title}` : `> ${those.length} tests`;
      return `${file} ${what}: ${why}`;
    });
  });
}

function unexplained(errors: readonly string[]): string {
  return errors.length > 0
    ? 'something before it failed'
    : 'its source says so, and gives no reason in `meta.needs`';
}

/** A duration as people say it: `41.2 s`, `6 min 05 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

/**
 * The last lines. The very last is `N passed, N failed, N skipped`, alone, for machines that read it.
 * @param seconds how long everything took
 */
export function summary(outcome: RunOutcome, seconds: number, interrupted = false): string[] {
  const chapter = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
  const slowest = outcome.files
    .toSorted((one, other) => other.seconds - one.seconds)
    .slice(0, SLOWEST)
    .map(({ file, seconds: took }) => `${formatDuration(took).padStart(12)}  ${file}`);
  const { passed, failed, skipped } = count(outcome);
  return [
    ...chapter('Slowest files:', slowest),
    ...chapter('Skipped:', skips(outcome.files)),
    ...chapter('Failed:', failures(outcome)),
    '',
    `${interrupted ? 'Interrupted after' : 'Took'} ${formatDuration(seconds)}.`,
    `${passed} passed, ${failed} failed, ${skipped} skipped`,
  ];
}
