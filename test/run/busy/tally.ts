/** Counts how often each file ran and what failed in it. Pure. */
import type { FileOutcome } from '../outcome.ts';
import type { SuiteOutcome } from '../suite.ts';

interface Entry {
  runs: number;
  /** How often each test failed, by title. */
  readonly failed: Map<string, number>;
}

/** By file. */
export type Tally = Map<string, Entry>;

/** Stands for a file that did not end, or failed outside of its tests. */
const OUTSIDE = '(outside of a test)';
/** Stands for failures outside of any file. */
const NO_FILE = '(outside of any file)';

const failuresOf = ({ tests, errors }: FileOutcome): string[] => [
  ...tests.filter(({ state }) => state === 'failed').map(({ title }) => title),
  ...(errors.length > 0 ? [OUTSIDE] : []),
];

/** Adds the outcome of one run. */
export function add(tally: Tally, { files, unfinished, errors }: SuiteOutcome): void {
  const note = (file: string, failures: readonly string[]) => {
    const entry = tally.get(file) ?? { runs: 0, failed: new Map<string, number>() };
    entry.runs += 1;
    for (const title of failures) entry.failed.set(title, (entry.failed.get(title) ?? 0) + 1);
    tally.set(file, entry);
  };
  for (const file of files) note(file.file, failuresOf(file));
  for (const name of unfinished) note(name.replace(/ \(.*\)$/, ''), [OUTSIDE]);
  if (errors.length > 0) note(NO_FILE, errors);
}

export const hasFailed = (tally: Tally, file: string): boolean => (tally.get(file)?.failed.size ?? 0) > 0;

/** The order of the next round: files that ever failed first, then those that ran least often. */
export function inOrder(files: readonly string[], tally: Tally): string[] {
  const rank = (file: string) => (hasFailed(tally, file) ? 0 : 1);
  const runs = (file: string) => tally.get(file)?.runs ?? 0;
  return files.toSorted((one, other) => rank(one) - rank(other) || runs(one) - runs(other));
}

/** Lines for people: how often each test failed, most frequent first, then how often the other files ran. */
export function tallyLines(tally: Tally): string[] {
  const files = [...tally].filter(([file]) => file !== NO_FILE);
  const failed = [...tally].flatMap(([file, { runs, failed: titles }]) =>
    [...titles].map(([title, times]) => ({ file, title, times, runs })),
  );
  const lines = failed
    .toSorted((one, other) => other.times / other.runs - one.times / one.runs)
    .map(({ file, title, times, runs }) =>
      file === NO_FILE
        ? `${`${times}`.padStart(9)}  ${title}`
        : `${`${times} of ${runs}`.padStart(9)}  ${file} > ${title}`,
    );
  const clean = files.filter(([file]) => !hasFailed(tally, file));
  const byRuns = [...Map.groupBy(clean, ([, { runs }]) => runs)].toSorted(([one], [other]) => other - one);
  return [
    ...(lines.length > 0 ? ['Failed, of so many runs:', ...lines] : ['Nothing failed.']),
    '',
    'Never failed, by the number of runs:',
    ...byRuns.flatMap(([runs, those]) => [
      `${String(runs).padStart(9)}  ${those.length} ${those.length === 1 ? 'file' : 'files'}`,
      ...(runs > 1 ? those.map(([file]) => `${' '.repeat(13)}${file}`) : []),
    ]),
  ];
}
