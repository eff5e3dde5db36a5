import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

/** What a directory holds: one digest over all of it, and one a file. */
export interface DirectoryDigest {
  /** Lower-case hexadecimal, over every path and content in order. */
  sha256: string;
  /** Paths relative to the directory, with `/`, sorted. */
  files: { path: string; bytes: number; sha256: string }[];
}

/** Digests a directory's content: equal digests mean the same files with the same bytes. */
export function digestDirectory(directory: string): DirectoryDigest {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .map((path) => path.replaceAll(sep, '/'))
    .sort();
  const files = paths.map((path) => {
    const content = readFileSync(join(directory, path));
    return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
  });
  const whole = createHash('sha256');
  for (const file of files) whole.update(`${file.path}\0${file.sha256}\n`);
  return { sha256: whole.digest('hex'), files };
}
