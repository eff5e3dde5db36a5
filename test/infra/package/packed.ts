/** The package of the constructs, as others install it. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

export const root = join(import.meta.dirname, '..', '..', '..');
const source = join(root, 'infra', 'package');

/** The plain CDK app that installs the package. */
export const exampleApp = join(root, 'infra', 'examples', 'cdk-app');

/** The package's own package.json, where its name stands. */
export const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
export const name: string = manifest.name;

/** Runs a command that must succeed. @returns what it printed */
export function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', env });
  expect(status, `${command} ${args.join(' ')}\n${error ?? ''}${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** Builds the package into a folder of its own, as `npm pack` would into `infra/package/dist`. */
export function buildPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  run(process.execPath, [join(source, 'build.mjs'), join(folder, 'dist')], root);
  for (const file of ['package.json', 'README.md']) cpSync(join(source, file), join(folder, file));
}

/** Builds and packs the package. @returns the path of the tarball in the folder */
export function pack(folder: string): string {
  const built = join(folder, 'built');
  buildPackage(built);
  return packBuilt(built, folder);
}

/** Packs what is built. @returns the path of the tarball in the folder */
export function packBuilt(built: string, folder: string): string {
  const options = ['--ignore-scripts', '--offline', '--silent', '--pack-destination', folder];
  run('npm', ['pack', ...options], built);
  return join(folder, `${name}-${manifest.version}.tgz`);
}
