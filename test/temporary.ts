/** Directories that are gone after the test file that asked for them: setup.ts sees to it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const directories: string[] = [];

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rejoin-test-'));
  directories.push(directory);
  return directory;
}

/** Removes the directories that were made since the last call. */
export function removeTemporary(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}
