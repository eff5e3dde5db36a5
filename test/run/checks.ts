/** The checks that are no tests. Each runs in its own process. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CheckOutcome } from './outcome.ts';

const root = join(import.meta.dirname, '..', '..');
const BIOME = 'node_modules/@biomejs/biome/bin/biome';
const TSC = 'node_modules/typescript/bin/tsc';
const KNIP = 'node_modules/knip/bin/knip.js';

/** The longest first. */
const CHECKS: readonly (readonly [name: string, ...command: string[]])[] = [
  ['types', TSC],
  ['unused code (npx knip)', KNIP],
  ['format and lint (npm run format mends much of it)', BIOME, 'check', '.'],
  ...[
    'local/console/page',
    'bench/recovery/page',
    'operator/conformance/page',
    'client',
    'client/examples',
  ].map((project) => [`types of ${project}`, TSC, '-p', project] as const),
];

/**
 * Runs all checks, as many at once as there are cores. A failure does not stop the others.
 * @param onEnd called as each check ends
 * @param stop ends the running checks and starts no other
 */
export async function runChecks(
  onEnd: (check: CheckOutcome) => void,
  stop?: AbortSignal,
): Promise<CheckOutcome[]> {
  const waiting = [...CHECKS];
  const outcomes: CheckOutcome[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next && !stop?.aborted; next = waiting.shift()) {
      const outcome = await run(next, stop);
      outcomes.push(outcome);
      onEnd(outcome);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return outcomes;
}

async function run([name, ...command]: readonly [string, ...string[]], stop?: AbortSignal) {
  const began = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(stop ? { signal: stop } : {}),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const passed = await new Promise<boolean>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve(false);
    });
    child.once('close', (code) => resolve(code === 0));
  });
  return { name, passed, seconds: (performance.now() - began) / 1000, output: output.trim() };
}
