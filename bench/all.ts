/** `npm run bench` without a name: runs all benches, one after another, each in its own process, and writes their page. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchmarksPage, type RunInfo, type Section, withSection } from './page.ts';

const PAGE = 'docs/benchmarks.md';
const root = fileURLToPath(new URL('..', import.meta.url));
const pagePath = fileURLToPath(new URL(`../${PAGE}`, import.meta.url));

/**
 * Runs benches with their defaults and writes the page of what they printed.
 *
 * @throws Error naming the benches that failed, after the page is written with the others
 */
export async function runAll(benches: readonly { name: string; summary: string }[]): Promise<void> {
  const sections: Section[] = [];
  for (const [at, { name, summary }] of benches.entries()) {
    console.error(`${at + 1} of ${benches.length}: ${name}, ${summary}`);
    sections.push({ name, summary, ...(await runOne(name)) });
  }
  const failed = sections.filter(({ output }) => output === undefined).map(({ name }) => name);
  writeFileSync(pagePath, benchmarksPage(sections, runInfo()));
  console.log(`Written: ${PAGE}`);
  if (failed.length > 0) throw new Error(`Not measured: ${failed.join(', ')}. ${PAGE} says why.`);
}

/**
 * Runs one bench with these options and rewrites its part of the page.
 *
 * @throws Error when it fails; the page is unchanged
 */
export async function runIntoPage(
  bench: { name: string; summary: string },
  options: readonly string[],
): Promise<void> {
  const { output, failure } = await runOne(bench.name, options);
  if (output === undefined) throw new Error(`Not measured: ${failure}. ${PAGE} is unchanged.`);
  writeFileSync(pagePath, withSection(readFileSync(pagePath, 'utf8'), { ...bench, output }, runInfo()));
  console.log(`Written: ${PAGE}`);
}

function runInfo(): RunInfo {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'an unknown processor'}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  return { machine, date: new Date().toISOString().slice(0, 10) };
}

/** Runs a bench in its own process, and passes its output and progress on. */
function runOne(name: string, options: readonly string[] = []): Promise<Pick<Section, 'output' | 'failure'>> {
  const child = spawn(process.execPath, ['bench/main.ts', name, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', process.stderr.isTTY ? 'inherit' : 'pipe'],
  });
  let output = '';
  let lastErrorLine = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastErrorLine = text.trim().split('\n').at(-1) ?? lastErrorLine;
    process.stderr.write(text);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve(code === 0 ? { output } : { failure: lastErrorLine || `it ended with exit code ${code}` }),
    );
  });
}
