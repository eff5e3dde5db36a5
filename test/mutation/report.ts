/** Scores by group and folder, and the mutants that no test notices, as text. */
import { posix } from 'node:path';
import type { Group } from './groups.ts';
import type { Outcome } from './plugin.ts';
import type { MutationResult } from './stryker.ts';

interface Tally {
  readonly noticed: number;
  readonly unnoticed: number;
}

const NOTICED = ['Killed', 'Timeout'];
const UNNOTICED = ['Survived', 'NoCoverage'];

const tallyOf = (outcomes: readonly Outcome[]): Tally => ({
  noticed: outcomes.filter(({ status }) => NOTICED.includes(status)).length,
  unnoticed: outcomes.filter(({ status }) => UNNOTICED.includes(status)).length,
});

/** In %, or undefined where there is nothing to notice. */
function score({ noticed, unnoticed }: Tally): number | undefined {
  return noticed + unnoticed === 0 ? undefined : (100 * noticed) / (noticed + unnoticed);
}

const row = (name: string, tally: Tally, note = '') =>
  `  ${name.padEnd(32)} ${(score(tally)?.toFixed(1) ?? '-').padStart(6)} %  ${String(tally.noticed).padStart(5)} noticed ${String(tally.unnoticed).padStart(5)} not  ${note}`.trimEnd();

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').slice(0, 100);

export interface GroupResult extends Group {
  /** Whether the files are all of the group's. */
  readonly whole: boolean;
  readonly result: MutationResult;
}

/** Files that have a mutant that was not tested. */
function unreached({ files, result: { planned, outcomes } }: GroupResult): string[] {
  const tested = (file: string) => outcomes.filter((outcome) => outcome.file === file).length;
  return files.filter((file) => (planned === undefined ? true : tested(file) < (planned.get(file) ?? 0)));
}

/** Whether the group was tested whole and is below the score that it must reach. */
export function isBelow(group: GroupResult): boolean {
  const reached = score(tallyOf(group.result.outcomes));
  return group.whole && unreached(group).length === 0 && reached !== undefined && reached < group.required;
}

/** The lines of the report. */
export function report(results: readonly GroupResult[]): string[] {
  return results.flatMap((group) => {
    const { outcomes } = group.result;
    const folders = [...new Set(outcomes.map(({ file }) => posix.dirname(file)))].toSorted();
    const missing = unreached(group);
    const survivors = outcomes
      .filter(({ status }) => UNNOTICED.includes(status))
      .toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
    return [
      '',
      `No test notices, ${group.name}: ${survivors.length === 0 ? 'none' : ''}`.trimEnd(),
      ...survivors.map(
        ({ file, line, mutator, replacement, status }) =>
          `  ${file}:${line} ${mutator} -> ${oneLine(replacement)}${status === 'NoCoverage' ? ' (no test gets there)' : ''}`,
      ),
      '',
      row(group.name, tallyOf(outcomes), `must be ${group.required} %${isBelow(group) ? ': too low' : ''}`),
      ...folders.map((folder) =>
        row(`  ${folder}`, tallyOf(outcomes.filter(({ file }) => posix.dirname(file) === folder))),
      ),
      ...(group.whole ? [] : [`  Only some files of this group were asked for.`]),
      ...(missing.length > 0 ? [`  Not reached, or not whole: ${missing.join(', ')}`] : []),
    ];
  });
}
