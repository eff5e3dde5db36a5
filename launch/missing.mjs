// @ts-check
/** Finds missing packages. It checks at every start, so an interrupted installation is completed at the next start. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNewEnough, isNodePackage } from './node.mjs';

/**
 * One entry of package-lock.json.
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, os?: string | string[], cpu?: string | string[],
 *   libc?: string | string[] }} Entry
 */

/** @param {string} file a lock file @returns {Record<string, Entry> | undefined} its packages by path; undefined if it can't be read */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (_) {
    return undefined;
  }
}

/** The C library of a Linux, found as npm does. */
function libc() {
  if (process.platform !== 'linux') return undefined;
  try {
    const ldd = readFileSync('/usr/bin/ldd', 'utf8');
    return ldd.indexOf('musl') >= 0 ? 'musl' : ldd.indexOf('GNU C Library') >= 0 ? 'glibc' : undefined;
  } catch (_) {
    const report = /** @type {any} */ (process.report.getReport());
    return report.header.glibcVersionRuntime ? 'glibc' : 'musl';
  }
}

/**
 * Whether a list of package-lock.json, such as `os`, allows this machine.
 * @param {string | undefined} value this machine's own
 * @param {string | string[] | undefined} list
 */
function allows(value, list) {
  if (list === undefined) return true;
  const entries = /** @type {string[]} */ ([]).concat(list);
  if (entries.indexOf(`!${value}`) >= 0) return false;
  const named = entries.filter((entry) => entry.charAt(0) !== '!');
  return (
    named.length === 0 || named.indexOf('any') >= 0 || (value !== undefined && named.indexOf(value) >= 0)
  );
}

/**
 * The packages of package-lock.json for this platform that are not installed. npm writes a lock file of its own into node_modules when
 * an installation is complete. A package is installed if that file has it in the same version, and its folder exists.
 * @param {string} root the folder of package-lock.json
 * @returns {{ path: string, optional: boolean }[]}
 */
export function missingPackages(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  // npm itself says best what is wrong with the file.
  if (!wanted) return [{ path: 'package-lock.json', optional: false }];
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json')) || {};
  const cLibrary = libc();
  /** @param {string} path @param {Entry} entry */
  const isNeeded = (path, entry) => {
    if (path === '' || entry.link) return false;
    if (!entry.optional) return true;
    if (isNodePackage(path) && isNewEnough) return false;
    // An optional package for every platform is a dependency of one for a single platform: of a build for WebAssembly.
    if (entry.os === undefined && entry.cpu === undefined && entry.libc === undefined) return false;
    return (
      allows(process.platform, entry.os) && allows(process.arch, entry.cpu) && allows(cLibrary, entry.libc)
    );
  };
  /** @param {string} path @param {Entry} entry */
  const isInstalled = (path, entry) =>
    installed[path]?.version === entry.version && existsSync(join(root, path, 'package.json'));
  return Object.entries(wanted)
    .filter(([path, entry]) => isNeeded(path, entry) && !isInstalled(path, entry))
    .map(([path, { optional }]) => ({ path, optional: optional === true }));
}
