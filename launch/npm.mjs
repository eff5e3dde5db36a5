// @ts-check
/** Finds npm so that no shell is needed. On Windows `npm` is a batch file, which Node starts only through cmd.exe. */
import { existsSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/**
 * The command that runs npm. Append the arguments to it.
 * @param {string} node the Node to run it with
 * @returns {[string, ...string[]] | undefined} undefined if there is no npm
 */
export function npmCommand(node) {
  // npm tells its scripts where it is. So do other package managers, so the file's name is checked.
  const running = process.env.npm_execpath;
  if (running && basename(running) === 'npm-cli.js' && existsSync(running)) return [node, running];
  if (process.platform !== 'win32') return ['npm'];
  const folders = [dirname(process.execPath)].concat((process.env.PATH || '').split(delimiter));
  const files = folders.map((folder) => join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'));
  const found = files.find((file) => existsSync(file));
  return found === undefined ? undefined : [node, found];
}
