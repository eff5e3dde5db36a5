import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** The compiler's errors in a project, each as `file(line,column): error TSnnnn: …`. */
function compiled(project: string): string[] {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', project, '--noEmit'], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((line) => line.includes(': error TS'));
}

describe('compiles', () => {
  test.each([
    ['client', 'the library, with nothing but what a browser has'],
    ['client/examples', 'the examples that the documentation shows'],
    [
      'test/client/types',
      'a page against the official Web SDK’s class, and refuses each line that is marked',
    ],
  ])('%s: %s', (project) => {
    expect(compiled(project)).toEqual([]);
  });
});

describe('does not compile', () => {
  const folder = join(root, 'test', 'client', 'must-not-compile');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const errors = compiled('test/client/must-not-compile');

  test.each(files)('%s', (file) => {
    const [, expected] = /^\/\/ error (TS\d+): /.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
    const said = errors.filter((line) => line.includes(`/${file}(`));
    expect(expected).toBeDefined();
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`error ${expected}:`);
  });

  test('in the folder is no other file', () => {
    expect(files.length).toBeGreaterThan(0);
    expect(errors).toHaveLength(files.length);
  });
});
