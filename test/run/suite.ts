/** Runs the tests in another process. */
import { once } from 'node:events';
import { join } from 'node:path';
import { UsageError } from './arguments.ts';
import type { FileOutcome, RunOutcome } from './outcome.ts';
import { endGroup, startGroup } from './process-group.ts';
import type { SuiteMessage, SuiteRequest } from './suite-process.ts';

const PROCESS = join(import.meta.dirname, 'suite-process.ts');
const ROOT = join(import.meta.dirname, '..', '..');

/** The projects of `npm test`. All others take longer. */
export const FAST: readonly string[] = ['unit', 'unit-shared', 'unit-live', 'e2e', 'browser'];
/** All but what takes minutes a file. */
export const BUSY: readonly string[] = ['unit*', 'e2e*', 'browser*'];
export const ALL: readonly string[] = ['*'];

export type SuiteOutcome = Omit<RunOutcome, 'checks'>;

/**
 * Runs test files. Everything that they started has ended when it resolves.
 * @param request.paths parts of paths; none: all files of the projects
 * @param request.quiet prints nothing during the run
 * @param stop ends the run; the outcomes until then are returned
 * @throws UsageError for a path that no test file has
 */
export async function runSuite(
  request: Pick<SuiteRequest, 'projects'> & Partial<SuiteRequest> & { readonly quiet?: boolean },
  stop?: AbortSignal,
): Promise<SuiteOutcome> {
  const { root = ROOT, config = join(root, 'test', 'vitest.config.ts'), projects, paths = [] } = request;
  const child = startGroup(
    [PROCESS, JSON.stringify({ root, config, projects, paths } satisfies SuiteRequest)],
    {
      cwd: root,
      messages: true,
      quiet: request.quiet ?? false,
    },
  );
  const files: FileOutcome[] = [];
  const unknown: string[] = [];
  let begun: readonly Pick<FileOutcome, 'project' | 'file'>[] = [];
  let errors: readonly string[] | undefined;
  child.on('message', (message: SuiteMessage) => {
    // From here on, tests fail because they are ended.
    if (stop?.aborted) return;
    if (message.kind === 'begins') begun = message.files;
    else if (message.kind === 'file') files.push(message.outcome);
    else if (message.kind === 'end') errors = message.errors;
    else unknown.push(message.path);
  });
  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= endGroup(child);
  };
  stop?.addEventListener('abort', end);
  if (stop?.aborted) end();
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  stop?.removeEventListener('abort', end);
  end();
  await ending;
  if (unknown.length > 0) {
    throw new UsageError(
      `No test file's path contains ${unknown.map((path) => `"${path}"`).join(' or ')}: name a part of one, such as test/lambdas; those that take longer need --all.`,
    );
  }
  const called = ({ project, file }: Pick<FileOutcome, 'project' | 'file'>) => `${file} (${project})`;
  const ended = new Set(files.map(called));
  const died =
    errors === undefined && !stop?.aborted
      ? [`the process that runs the tests ended by itself (${signal ?? `exit code ${code}`})`]
      : [];
  return {
    files,
    unfinished: stop?.aborted ? [] : begun.map(called).filter((file) => !ended.has(file)),
    errors: [...(errors ?? []), ...died],
  };
}
