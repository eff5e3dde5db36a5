/** Finds the test files that depend on gates, timers or processes, by their code and their imports. */
import { readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { importsOf, withoutComments } from '../../house/imports.ts';

/** The code of such a file, or of a test helper that it imports. */
const TIMED = new RegExp(
  [
    // Timers, and waits until something holds.
    String.raw`\bset(?:Timeout|Interval)\(|\bexpect\s*\.poll\(|\bvi\.waitFor\(|\beventually\(|\bPromise\.race\(`,
    // Processes and threads.
    String.raw`\bnode:(?:child_process|timers\/promises|worker_threads)\b|\bsynthesize\(`,
    // Gates.
    String.raw`\b(?:hold|held|release|gate)\w*\(|\/_emulator\/`,
    // Servers, whose answers take time: startTable(, createFunctionPool(.
    String.raw`\bstart[A-Z]\w*\(|\bcreate(?:Server|FunctionPool)\(|\bdynamoTable\(`,
  ].join('|'),
);
/** Only these imports are followed: the parts under test all have timers somewhere. */
const TESTS = 'test/';

/**
 * The files among `files` that use gates, timers or processes themselves or through helpers of the tests.
 * @param files paths from the root, with `/`
 * @param read the text of such a path
 */
export function timedFiles(files: readonly string[], read: (path: string) => string): string[] {
  const known = new Map<string, { timed: boolean; imports: readonly string[] }>();
  const inspect = (path: string) => {
    const before = known.get(path);
    if (before) return before;
    const code = withoutComments(read(path));
    const imports = importsOf({ path, code })
      .map(({ to }) => to)
      .filter((name) => name.startsWith(TESTS) && name.endsWith('.ts'));
    const source = { timed: TIMED.test(code), imports };
    known.set(path, source);
    return source;
  };
  return files.filter((file) => {
    const reached = new Set([file]);
    // The loop also visits paths that are added during it.
    for (const path of reached) {
      const { timed, imports } = inspect(path);
      if (timed) return true;
      for (const name of imports) reached.add(name);
    }
    return false;
  });
}

/** Reads files below a directory; a missing file reads as empty. */
export function reader(root: string): (path: string) => string {
  return (path) => {
    try {
      return readFileSync(join(root, path), 'utf8');
    } catch {
      return '';
    }
  };
}

/** Path of a file from the root, with `/`. */
export function pathFrom(root: string, file: string): string {
  return relative(root, file).split(sep).join('/');
}
