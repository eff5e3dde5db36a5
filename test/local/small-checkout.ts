import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** A package that package-lock.json names. */
export interface Package {
  name: string;
  dev?: boolean;
  peer?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  /** Its files beside package.json. */
  files?: Record<string, string>;
}

/** A checkout with the real launcher and a few small packages, which the real npm installs without any network. */
export interface SmallCheckout {
  path: string;
  /** Writes a file of the checkout. */
  write(path: string, text: string): void;
  /** Runs a program in the checkout, and never in the installation of this repository. */
  run(
    command: readonly string[],
    options?: { env?: NodeJS.ProcessEnv; folder?: string },
  ): Promise<{ code: number | null; stdout: string; stderr: string }>;
  remove(): void;
}

/** Loaded before a script: makes `process` name another platform or version. */
export function pretend(checkout: SmallCheckout, what: { version?: string; platform?: string }): string[] {
  const set = (object: string, name: string, value: string) =>
    `Object.defineProperty(${object}, '${name}', { value: ${value} });\n`;
  checkout.write(
    'pretend.mjs',
    (what.platform ? set('process', 'platform', `'${what.platform}'`) : '') +
      (what.version ? set('process', 'versions', `{ ...process.versions, node: '${what.version}' }`) : ''),
  );
  return ['--import', join(checkout.path, 'pretend.mjs')];
}

/** An environment without npm's variables for the scripts of this test run. */
function ownEnvironment(path: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_|VITEST|no_proxy$|NO_PROXY$|https?_proxy$)/i.test(name),
  );
  return { ...Object.fromEntries(inherited), HOME: path, npm_config_cache: join(path, 'npm-cache') };
}

export function smallCheckout(packages: readonly Package[]): SmallCheckout {
  const path = mkdtempSync(join(tmpdir(), 'rejoin-checkout-'));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  cpSync(join(root, 'launch'), join(path, 'launch'), { recursive: true });
  cpSync(join(root, 'local', 'install.mjs'), join(path, 'local', 'install.mjs'));
  const depends: Record<string, Record<string, string>> = {};
  const locked: Record<string, object> = {};
  for (const { name, files = {}, ...entry } of packages) {
    const at = join('packed', name, 'package');
    const { dev, peer, optional, ...own } = entry;
    write(join(at, 'package.json'), JSON.stringify({ name, version: '1.0.0', ...own }));
    for (const [file, text] of Object.entries(files)) write(join(at, file), text);
    const tarball = join('packed', `${name}.tgz`);
    spawnSync('tar', ['-czf', join(path, tarball), '-C', join(path, 'packed', name), 'package']);
    const kind = optional ? 'optionalDependencies' : dev ? 'devDependencies' : 'dependencies';
    depends[peer ? 'peerDependencies' : kind] = {
      ...depends[peer ? 'peerDependencies' : kind],
      [name]: `file:${tarball}`,
    };
    locked[`node_modules/${name}`] = { version: '1.0.0', resolved: `file:${tarball}`, ...entry };
  }
  const manifest = { name: 'small', version: '1.0.0', ...depends };
  write('package.json', JSON.stringify({ ...manifest, private: true, type: 'module' }));
  write(
    'package-lock.json',
    JSON.stringify({
      name: 'small',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: { '': manifest, ...locked },
    }),
  );
  return {
    path,
    write,
    remove: () => rmSync(path, { recursive: true, force: true }),
    async run([file = '', ...args], { env = {}, folder = '.' } = {}) {
      const child = spawn(file, args, {
        cwd: join(path, folder),
        env: { ...ownEnvironment(path), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const said = { stdout: '', stderr: '' };
      child.stdout.on('data', (data) => {
        said.stdout += data;
      });
      child.stderr.on('data', (data) => {
        said.stderr += data;
      });
      const code = await new Promise<number | null>((resolve, reject) => {
        child.on('error', reject);
        child.on('close', resolve);
      });
      return { code, ...said };
    },
  };
}
