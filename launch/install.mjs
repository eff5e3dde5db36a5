// @ts-check
/** Installs the project's dependencies if some are missing. */
import { spawnSync } from 'node:child_process';
import { missingPackages } from './missing.mjs';
import { root } from './node.mjs';
import { npmCommand } from './npm.mjs';
import { fail } from './run.mjs';

/**
 * Options that make `npm ci` install everything. NODE_ENV, variables such as npm_config_omit and the user's .npmrc may say otherwise,
 * but an option of the command line wins over all of them, and `include` wins over `omit`. npm passes its own options to its scripts,
 * so an outer `npm pack --dry-run` must not make this a dry run. engine-strict is off: the packages run on another Node than npm.
 */
const INSTALL_OPTIONS = [
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

/** The first five names. @param {{ path: string }[]} packages */
function namesOf(packages) {
  const all = packages.map(({ path }) => path.replace(/^.*node_modules\//, ''));
  return all.length > 5 ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more` : all.join(', ');
}

/**
 * Makes sure that all packages of package-lock.json for this platform are installed. If not, it says why and ends the process.
 * @param {{ folder: string, what: string, options?: string[] }} [of] the folder of another package-lock.json, what its packages are
 *   for, and more options of `npm ci`. Default: the checkout's own
 */
export function ensureInstalled({ folder, what, options = [] } = { folder: root, what: 'dependencies' }) {
  if (missingPackages(folder).length === 0) return;
  console.error(`Installing ${what} from package-lock.json (about a minute) ...`);
  const npm = npmCommand(process.execPath);
  if (!npm) fail('There is no npm on the PATH: install Node from https://nodejs.org, which brings npm.');
  const { status, error } = spawnSync(npm[0], [...npm.slice(1), 'ci', ...INSTALL_OPTIONS, ...options], {
    cwd: folder,
    // Standard output is only for the program that runs next: another program may read it.
    stdio: ['ignore', 2, 2],
  });
  if (error) fail(`npm ci could not be started: ${error.message}`);
  if (status !== 0) {
    fail('npm ci failed: see above. Check that this machine reaches its npm registry, then try again.');
  }
  const missing = missingPackages(folder);
  if (missing.length === 0) return;
  const sentence = `npm ci left out ${namesOf(missing)}. Check that the npm registry of this machine has it.`;
  if (missing.some(({ optional }) => !optional)) fail(sentence);
  console.error(`${sentence} What needs it will fail; the next start tries again.`);
}
