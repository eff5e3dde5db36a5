import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { UsageError } from '../usage-error.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the reconnect function of another commit as it would be deployed, with today's dependencies.
 *
 * @param commit anything that git knows as one
 * @param directory an empty one, for its sources and the bundle
 * @returns the bundle's file
 * @throws UsageError where git has no such commit
 */
export function earlierBundle(commit: string, directory: string): string {
  const archive = spawnSync('git', ['archive', '--format=tar', commit], {
    cwd: root,
    maxBuffer: 1e9,
  });
  if (archive.status !== 0) {
    throw new UsageError(`--against takes a commit that git has here, not "${commit}": ${archive.stderr}`);
  }
  const checkout = join(directory, 'earlier');
  mkdirSync(checkout, { recursive: true });
  run('tar', ['-xf', '-', '-C', checkout], archive.stdout);
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'), 'junction');
  const module = pathToFileURL(join(checkout, 'infra/functions/bundling/bundle.ts')).href;
  const outDirectory = join(directory, 'earlier-bundle');
  const script = `const { bundle } = await import(${JSON.stringify(module)}); bundle('reconnect', ${JSON.stringify(outDirectory)});`;
  run(process.execPath, ['--input-type=module', '--eval', script]);
  return join(outDirectory, 'index.mjs');
}

function run(command: string, args: readonly string[], input?: Buffer): void {
  const { status, stderr, error } = spawnSync(command, args, { ...(input && { input }) });
  if (status !== 0) throw error ?? new Error(`${command} failed: ${stderr}`);
}
