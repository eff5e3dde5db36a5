// @ts-check
/** Installs the project's dependencies where something is missing. */
import { spawnSync } from 'node:child_process';
import { missingPackages } from './missing.mjs';
import { root } from './node.mjs';
import { npmCommand } from './npm.mjs';

/**
 * Everything is asked for in so many words, since NODE_ENV, variables such as npm_config_omit and the user's .npmrc may say otherwise:
 * an option of the command line wins over all of them, and `include` over any `omit`. A script of npm hands its own options down, so an
 * outer `npm pack --dry-run` must not make this a rehearsal. The Node that npm runs on is not the one that the packages run on.
 */
const EVERYTHING = [
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--legacy-peer-deps=false',
  '--engine-strict=false',
  '--install-strategy=hoisted',
  '--bin-links=true',
  '--ignore-scripts=true',
  '--dry-run=false',
  '--global=false',
  '--audit=false',
  '--fund=false',
  '--loglevel=error',
];

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** @param {{ path: string }[]} missing */
function names(missing) {
  const all = missing.map(({ path }) => path.replace(/^.*node_modules\//, ''));
  return all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
}

/** Leaves the project with all that package-lock.json names for this platform, or ends the process and says why. */
export function ensureInstalled() {
  if (missingPackages(root).length === 0) return;
  console.error('Installing dependencies from package-lock.json (about half a minute) ...');
  const npm = npmCommand(process.execPath);
  if (!npm) fail('There is no npm on the PATH: install Node from https://nodejs.org, which brings npm.');
  const { status, error } = spawnSync(npm[0], [...npm.slice(1), 'ci', ...EVERYTHING], {
    cwd: root,
    // What runs next may print something that a program reads.
    stdio: ['ignore', 2, 2],
  });
  if (error) fail(`npm ci could not be started: ${error.message}`);
  if (status !== 0) {
    fail('npm ci failed: see above. Check that this machine reaches its npm registry, then try again.');
  }
  const missing = missingPackages(root);
  if (missing.length === 0) return;
  const say = `npm ci left out ${names(missing)}. Check that the npm registry of this machine has it.`;
  if (missing.some(({ optional }) => !optional)) fail(say);
  console.error(`${say} What needs it will fail; the next start tries again.`);
}
