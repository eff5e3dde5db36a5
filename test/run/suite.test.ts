import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSuite } from './suite.ts';
import { count } from './summary.ts';

/** A repository with a few test files, which fail in all possible ways. */
const FILES: Record<string, string> = {
  'vitest.config.mts': `export default { test: { projects: ['first', 'second', 'stuck'].map((name, groupOrder) =>
    ({ test: { name, include: [name + '/*.test.ts'], sequence: { groupOrder } } })) } };`,
  'first/fails.test.ts': `import { describe, expect, it } from 'vitest';
    describe('a sum', () => { it('is wrong', () => expect(1 + 1).toBe(3)); it('is right', () => expect(1 + 1).toBe(2)); });`,
  'first/no-code.test.ts': 'this is no code',
  'first/hook.test.ts': `import { beforeAll, it } from 'vitest';
    beforeAll(() => { throw new Error('no port'); }); it('never runs', () => {});`,
  'first/dies.test.ts': `import { it } from 'vitest'; it('kills its process', () => new Promise(() => process.kill(process.pid, 'SIGKILL')));`,
  'second/passes.test.ts': `import { describe, it } from 'vitest'; it('passes', () => {});
    describe.skipIf(true)('with a browser', { meta: { needs: 'no browser' } }, () => { it('is skipped', () => {}); });`,
  'stuck/stuck.test.ts': `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs'; import { it } from 'vitest';
    it('never ends, and started a program', () => new Promise(() => {
      writeFileSync('started', String(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']).pid));
    }), 600_000);`,
};

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'rejoin-run-'));
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(root, 'node_modules'));
  for (const name of ['first', 'second', 'stuck']) mkdirSync(join(root, name));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(root, name), text);
});
afterAll(() => rmSync(root, { recursive: true }));
const run = (request: { projects: string[]; paths?: string[] }, stop?: AbortSignal) =>
  runSuite({ root, config: join(root, 'vitest.config.mts'), quiet: true, ...request }, stop);

describe('a failure hides nothing', () => {
  it('all other tests run after a failure, and each failure is reported with its file', async () => {
    const { files, unfinished, errors } = await run({ projects: ['first', 'second'] });
    const of = (name: string) => files.find(({ file }) => file === name);
    expect(of('first/fails.test.ts')?.tests).toEqual([
      { title: 'a sum > is wrong', state: 'failed', why: 'expected 2 to be 3 // Object.is equality' },
      { title: 'a sum > is right', state: 'passed' },
    ]);
    expect(of('first/no-code.test.ts')?.errors).toHaveLength(1);
    expect(of('first/hook.test.ts')).toMatchObject({ errors: ['no port'], tests: [{ state: 'skipped' }] });
    expect(of('second/passes.test.ts')?.tests).toEqual([
      { title: 'passes', state: 'passed' },
      { title: 'with a browser > is skipped', state: 'skipped', why: 'no browser' },
    ]);
    expect([...unfinished, ...errors].join(' ')).toMatch(/dies\.test\.ts|exited unexpectedly/);
    expect(count({ checks: [], files, unfinished, errors })).toMatchObject({ passed: 2, skipped: 2 });
  });

  it('a path selects files, and a path without files is refused in a sentence', async () => {
    const { files } = await run({ projects: ['*'], paths: ['passes'] });
    expect(files.map(({ file }) => file)).toEqual(['second/passes.test.ts']);
    await expect(run({ projects: ['*'], paths: ['passes', 'nothing'] })).rejects.toThrow(
      /^No test file's path contains "nothing": /,
    );
  });
});

it('an interrupted run leaves no program behind that a test started', async () => {
  const stop = new AbortController();
  const running = run({ projects: ['stuck'] }, stop.signal);
  const started = join(root, 'started');
  // The file is there a moment before its number is.
  const pidOf = () => Number(existsSync(started) && readFileSync(started, 'utf8'));
  await expect.poll(pidOf).toBeGreaterThan(0);
  const pid = pidOf();
  expect(process.kill(pid, 0)).toBe(true);
  stop.abort();
  await running;
  await expect
    .poll(() => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    })
    .toBe(false);
});
