import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../client/consumer.ts';

export const root = join(import.meta.dirname, '..', '..', '..');
const emulator = join(root, 'emulator');

/** The package's own package.json, where its name stands. */
export const manifest = JSON.parse(readFileSync(join(emulator, 'package.json'), 'utf8'));
export const name: string = manifest.name;

/** A team that has installed the packed tarball, and what it depends on. */
export interface Consumer {
  /** The team's folder: an ES module package. */
  readonly folder: string;
  /** The package in the folder's node_modules. */
  readonly installed: string;
  readonly tarball: string;
  /** Makes a package of this checkout available to the team. */
  lend(dependency: string): void;
  remove(): void;
}

/** Builds into a folder of its own, packs that, and installs it outside the checkout. Its dependencies are those of this checkout. */
export function installBuilt(): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-emulator-'));
  const built = join(folder, 'built');
  run(process.execPath, [join(emulator, 'build.mjs'), join(built, 'dist')], root);
  for (const file of ['package.json', 'README.md']) cpSync(join(emulator, file), join(built, file));
  run('npm', ['pack', '--ignore-scripts', '--offline', '--silent', '--pack-destination', folder], built);
  rmSync(built, { recursive: true });
  const installed = join(folder, 'node_modules', name);
  mkdirSync(installed, { recursive: true });
  const tarball = join(folder, `${name}-${manifest.version}.tgz`);
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1'], folder);
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  const lend = (dependency: string) => {
    const link = join(folder, 'node_modules', dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), link, 'junction');
  };
  for (const dependency of Object.keys(manifest.dependencies)) lend(dependency);
  return {
    folder,
    installed,
    tarball,
    lend,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
