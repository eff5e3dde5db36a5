import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** A new directory that is removed when the test file that imports this is done. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-template-test-'));
  directories.push(directory);
  return directory;
}
