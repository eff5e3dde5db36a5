import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';

export const root = join(import.meta.dirname, '..', '..');
const client = join(root, 'client');

/** The package's own package.json, where its name stands. */
export const manifest = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
export const name: string = manifest.name;

/** A developer who has installed only the packed tarball. */
export interface Consumer {
  /** The developer's folder: an ES module package. */
  readonly folder: string;
  /** The package in the folder's node_modules. */
  readonly installed: string;
  readonly tarball: string;
  remove(): void;
}

/** Runs a command that must succeed. @returns what it printed */
export function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

/**
 * Packs the client as docs/client.md says, and installs the tarball in a folder outside the checkout. It builds into `client/dist`, so
 * one test file alone may do it.
 */
export function installPacked(): Consumer {
  // Under npm test scripts are ignored, so this enables them.
  return install((folder) => pack(client, folder, '--ignore-scripts=false'));
}

/** The same from a build in a folder of its own. */
export function installBuilt(): Consumer {
  return install((folder) => {
    const built = join(folder, 'built');
    run(process.execPath, [join(client, 'build.mjs'), join(built, 'dist')], root);
    for (const file of ['package.json', 'README.md']) cpSync(join(client, file), join(built, file));
    pack(built, folder, '--ignore-scripts');
  });
}

function pack(from: string, to: string, scripts: string): void {
  run('npm', ['pack', scripts, '--offline', '--silent', '--pack-destination', to], from);
}

function install(packInto: (folder: string) => void): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-client-'));
  const installed = join(folder, 'node_modules', name);
  packInto(folder);
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, `${name}-${manifest.version}.tgz`);
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1'], folder);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  return { folder, installed, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The sources behind each of the package's entries, for bundles of the examples. */
export const sourceAlias = {
  [name]: join(client, 'src', 'index.ts'),
  [`${name}/testing`]: join(client, 'src', 'testing.ts'),
  [`${name}/web-sdk`]: join(client, 'src', 'web-sdk.ts'),
};
