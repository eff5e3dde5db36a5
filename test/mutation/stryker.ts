/** Runs Stryker over files, in another process, so that it can be ended. */

import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative, sep } from 'node:path';
import type { PartialStrykerOptions } from '@stryker-mutator/api/core';
import { endGroup, startGroup } from '../run/process-group.ts';
import type { MutationMessage, Outcome } from './plugin.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where this process has its mutated copies of the repository. */
const COPIES = `.local/mutation/${process.pid}`;
const pathOf = (file: string) => relative(ROOT, file).split(sep).join('/');

export interface MutationRequest {
  /** Results of an earlier run are kept under this name. */
  readonly name: string;
  readonly files: readonly string[];
  readonly tests: readonly string[];
  readonly force: boolean;
}

export interface MutationResult {
  /** The outcomes so far, with paths from the repository's root. */
  readonly outcomes: readonly Outcome[];
  /** The number of mutants in each file, undefined where the run ended before it was known. */
  readonly planned: ReadonlyMap<string, number> | undefined;
  /** Whether the unmutated code passes its tests, and Stryker found no fault in its settings. */
  readonly usable: boolean;
}

function settings({ name, files, tests, force }: MutationRequest) {
  return {
    mutate: [...files],
    testFiles: [...tests],
    testRunner: 'quick',
    // The tests are chosen already.
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    plugins: ['@stryker-mutator/vitest-runner', join(ROOT, 'test/mutation/plugin.ts')],
    reporters: ['parent'],
    ignorers: ['sentences'],
    coverageAnalysis: 'perTest',
    // Such a mutant, in a module's constants, needs every test of the file again, each in a new process.
    ignoreStatic: true,
    concurrency: availableParallelism(),
    incremental: true,
    incrementalFile: `node_modules/.cache/rejoin-mutation/${name.replaceAll(' ', '-')}.json`,
    force,
    // The copy that is mutated must not lie below node_modules: Node runs no TypeScript there.
    tempDirName: COPIES,
    cleanTempDir: 'always',
    ignorePatterns: ['cdk.out', '.local', 'dist', 'test/upgrade/versions'],
    // Types are not checked, and Stryker can't read the settings of TypeScript 7.
    disableTypeChecks: false,
    tsconfigFile: 'none.json',
    // A test that waits for ever ends by itself. This is for one that computes for ever.
    timeoutMS: 60_000,
    dryRunTimeoutMinutes: 30,
    allowConsoleColors: false,
    logLevel: 'warn',
  } satisfies Omit<PartialStrykerOptions, 'logLevel'> & { logLevel: 'warn' };
}

/**
 * Mutates the files and runs the tests.
 * @param onOutcome called as each mutant was tested, with the number of those tested and of all
 * @param stop ends the run; the outcomes until then are returned and kept
 */
export async function mutate(
  request: MutationRequest,
  onOutcome: (done: number, all: number) => void,
  stop: AbortSignal,
): Promise<MutationResult> {
  const child = startGroup(
    [join(import.meta.dirname, 'stryker-process.ts'), JSON.stringify(settings(request))],
    { cwd: ROOT, messages: true },
  );
  const outcomes: Outcome[] = [];
  let planned: Map<string, number> | undefined;
  let all = 0;
  child.on('message', (message: MutationMessage) => {
    if (message.kind === 'plan') {
      const files = message.files.map(pathOf).filter((file) => request.files.includes(file));
      all = files.length;
      planned = new Map();
      for (const file of files) planned.set(file, (planned.get(file) ?? 0) + 1);
      return;
    }
    const file = pathOf(message.outcome.file);
    // Stryker also reports what it keeps of other files.
    if (!request.files.includes(file)) return;
    outcomes.push({ ...message.outcome, file });
    onOutcome(outcomes.length, all);
  });
  // This alone ends Stryker so that it keeps its results.
  const end = () => child.kill('SIGINT');
  stop.addEventListener('abort', end);
  if (stop.aborted) end();
  const [code] = (await once(child, 'close')) as [number | null];
  stop.removeEventListener('abort', end);
  await endGroup(child);
  // Stryker leaves its copy there when it is ended.
  await rm(join(ROOT, COPIES), { recursive: true, force: true });
  return { outcomes, planned, usable: code === 0 || stop.aborted };
}
