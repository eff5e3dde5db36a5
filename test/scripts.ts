import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
export const scripts: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
).scripts;

/**
 * What a command such as `npm run --silent token -- alice` executes. It has a process group of its own, as in a terminal:
 * `process.kill(-pid, 'SIGINT')` is Ctrl-C.
 */
export function startScript(command: string, environment: NodeJS.ProcessEnv = process.env): ChildProcess {
  const [, name = '', rest = ''] = /^npm (?:run (?:--silent )?)?([\w:]+)(?: -- (.*))?$/.exec(command) ?? [];
  const script = /^node (local\/install\.mjs node \S+)$/.exec(scripts[name] ?? '')?.[1];
  if (script === undefined) throw new Error(`package.json has no script for: ${command}`);
  const args = rest.split(' ').filter((argument) => argument !== '');
  return spawn(process.execPath, [...script.split(' '), ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Runs such a command to its end. */
export async function runScript(command: string, environment?: NodeJS.ProcessEnv) {
  const child = startScript(command, environment);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (data) => {
      texts[name] += data;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, ...texts };
}
