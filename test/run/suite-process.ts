/**
 * Runs Vitest's projects and reports each file to its parent as it ends. suite.ts starts it in its own process group, so that everything
 * that a test started ends with it.
 */
import { relative, sep } from 'node:path';
import { createVitest, type TestCase, type TestModule } from 'vitest/node';
import { type FileOutcome, firstLine, type TestOutcome } from './outcome.ts';

/** A message to the parent. */
export type SuiteMessage =
  | { readonly kind: 'begins'; readonly files: readonly Pick<FileOutcome, 'project' | 'file'>[] }
  | { readonly kind: 'file'; readonly outcome: FileOutcome }
  | { readonly kind: 'end'; readonly errors: readonly string[] }
  | { readonly kind: 'noSuchPath'; readonly path: string };

/** The parent's order. */
export interface SuiteRequest {
  readonly root: string;
  readonly config: string;
  /** Patterns of projects. */
  readonly projects: readonly string[];
  readonly paths: readonly string[];
}

const request = JSON.parse(process.argv[2] ?? '') as SuiteRequest;
const send = (message: SuiteMessage) =>
  new Promise<void>((resolve) => process.send?.(message, () => resolve()));
const pathOf = (moduleId: string) => relative(request.root, moduleId).split(sep).join('/');

// The parent died: nothing that the tests started may outlive it.
process.on('disconnect', () => {
  if (process.platform !== 'win32') process.kill(-process.pid, 'SIGKILL');
  process.exit(1);
});

function testOf(test: TestCase): TestOutcome {
  const result = test.result();
  const title = test.fullName;
  if (result.state === 'passed') return { title, state: 'passed' };
  if (result.state === 'failed') {
    return { title, state: 'failed', why: firstLine(result.errors[0]?.message ?? '') };
  }
  const needs = (test.meta() as { needs?: string }).needs;
  const note = result.state === 'skipped' ? result.note : undefined;
  const why = note ?? needs;
  return { title, state: 'skipped', ...(why === undefined ? {} : { why }) };
}

function fileOf(module: TestModule): FileOutcome {
  const { duration, collectDuration, setupDuration, prepareDuration, environmentSetupDuration } =
    module.diagnostic();
  const suites = [...module.children.allSuites()];
  return {
    project: module.project.name,
    file: pathOf(module.moduleId),
    seconds: (duration + collectDuration + setupDuration + prepareDuration + environmentSetupDuration) / 1000,
    tests: [...module.children.allTests()].map(testOf),
    errors: [
      ...module.errors().map(({ message }) => firstLine(message)),
      ...suites.flatMap((suite) =>
        suite.errors().map(({ message }) => `${suite.fullName}: ${firstLine(message)}`),
      ),
    ],
  };
}

const vitest = await createVitest({
  root: request.root,
  config: request.config,
  project: [...request.projects],
  watch: false,
  reporters: [
    'default',
    ...(process.env.GITHUB_ACTIONS === 'true' ? (['github-actions'] as const) : []),
    {
      onTestRunStart: (specifications) =>
        send({
          kind: 'begins',
          files: specifications.map(({ project, moduleId }) => ({
            project: project.name,
            file: pathOf(moduleId),
          })),
        }),
      onTestModuleEnd: (module) => send({ kind: 'file', outcome: fileOf(module) }),
      onTestRunEnd: (_modules, errors) =>
        send({ kind: 'end', errors: errors.map(({ message }) => firstLine(message)) }),
    },
  ],
});

const files = await vitest.globTestSpecifications();
const unknown = request.paths.filter(
  (path) => !files.some(({ moduleId }) => pathOf(moduleId).includes(path)),
);
for (const path of unknown) await send({ kind: 'noSuchPath', path });
if (unknown.length === 0) await vitest.start([...request.paths]);
await vitest.close();
process.exit(0);
