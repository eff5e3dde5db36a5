/** The packages that are published. Each one's name stands in the package.json of its folder, and nowhere else in code. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A folder with a package.json whose `prepack` builds it, and a script that uses it where its tarball is installed. */
export interface PackageFolder {
  readonly folder: string;
  /** A file of `release/tries/`. It prints one line that says what worked, or fails. */
  readonly tryOut: string;
  /** What a user of it has beside it. */
  readonly beside: readonly string[];
}

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const sdk = '@aws-sdk/client-gameliftstreams';

export const PACKAGES: readonly PackageFolder[] = [
  { folder: 'client', tryOut: 'client.mjs', beside: [] },
  { folder: 'emulator', tryOut: 'emulator.mjs', beside: [`${sdk}@${dependencies[sdk]}`] },
  { folder: 'infra/package', tryOut: 'constructs.cjs', beside: [] },
];

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly repository?: { readonly url?: string; readonly directory?: string };
  readonly homepage?: string;
}

export const manifestOf = ({ folder }: Pick<PackageFolder, 'folder'>): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

/**
 * Runs npm.
 * @returns what it printed
 * @throws Error with npm's own words
 */
export function npm(args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync('npm', args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error) throw new Error(`npm could not be started: ${error.message}`);
  if (status === 0) return stdout;
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`);
}

/** Builds and packs one. @returns the tarball's path */
export function pack(each: PackageFolder, into: string): string {
  const printed = npm(
    // Scripts are off in this checkout, and `prepack` builds.
    ['pack', '--ignore-scripts=false', '--silent', '--pack-destination', into],
    join(root, each.folder),
  );
  return join(into, printed.trim().split('\n').at(-1) ?? '');
}
