// @ts-check
/** Finds npm in a way that needs no shell: on Windows `npm` is a batch file, which Node starts through cmd.exe only. */
import { existsSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';

/**
 * The command for npm, to put arguments behind.
 * @param {string} node the Node to run it with
 * @returns {[string, ...string[]] | undefined} undefined where there is no npm
 */
export function npmCommand(node) {
  // npm says to its scripts where it is. Other package managers say so of themselves.
  const running = process.env.npm_execpath;
  if (running && basename(running) === 'npm-cli.js' && existsSync(running)) return [node, running];
  if (process.platform !== 'win32') return ['npm'];
  const folders = [dirname(process.execPath)].concat((process.env.PATH || '').split(delimiter));
  const files = folders.map((folder) => join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'));
  const found = files.find((file) => existsSync(file));
  return found === undefined ? undefined : [node, found];
}
