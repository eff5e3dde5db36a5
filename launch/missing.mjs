// @ts-check
/** Says what an installation lacks. It is looked at, not remembered: an installation that was interrupted then heals at the next start. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bringsNode, newEnough } from './node.mjs';

/**
 * One entry of package-lock.json.
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, os?: string | string[], cpu?: string | string[],
 *   libc?: string | string[] }} Entry
 */

/** @param {string} file @returns {Record<string, Entry> | undefined} its packages by path; undefined where it can't be read */
function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch (_) {
    return undefined;
  }
}

/** Which C library a Linux has, found as npm does. */
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

/** @param {string | undefined} value @param {string | string[] | undefined} list */
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
 * What package-lock.json names for this platform and is not there. npm writes a lock of its own into node_modules when an installation
 * is complete; a package counts where that names the same version and its folder is there.
 * @param {string} root the checkout
 * @returns {{ path: string, optional: boolean }[]}
 */
export function missingPackages(root) {
  const named = packagesOf(join(root, 'package-lock.json'));
  // npm says better what is wrong with it.
  if (!named) return [{ path: 'package-lock.json', optional: false }];
  const there = packagesOf(join(root, 'node_modules', '.package-lock.json')) || {};
  const family = libc();
  /** @param {string} path @param {Entry} entry */
  const isNeeded = (path, entry) => {
    if (path === '' || entry.link) return false;
    if (!entry.optional) return true;
    if (bringsNode(path) && newEnough) return false;
    // Without a platform of its own, an optional package belongs to one that has: to a build for WebAssembly.
    if (entry.os === undefined && entry.cpu === undefined && entry.libc === undefined) return false;
    return (
      allows(process.platform, entry.os) && allows(process.arch, entry.cpu) && allows(family, entry.libc)
    );
  };
  /** @param {string} path @param {Entry} entry */
  const isThere = (path, entry) =>
    there[path]?.version === entry.version && existsSync(join(root, path, 'package.json'));
  return Object.entries(named)
    .filter(([path, entry]) => isNeeded(path, entry) && !isThere(path, entry))
    .map(([path, { optional }]) => ({ path, optional: optional === true }));
}
