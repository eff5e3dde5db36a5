/**
 * Runs a command with the project's dependencies and its own Node in front, installing them first where something is
 * missing: `node local/install.mjs node local/start.ts --port 9000`. The command is `node`, `npm` or an executable file.
 *
 * Plain JavaScript for an older Node on purpose: this file and those of launch/ are what the machine's own Node executes.
 * It replaces npm's `pre` scripts, which npm skips under `ignore-scripts=true`.
 */
import { delimiter, join } from 'node:path';
import { ensureInstalled } from '../launch/install.mjs';
import { directToLoopback } from '../launch/loopback.mjs';
import { findNode, howToGetNode, root } from '../launch/node.mjs';
import { npmCommand } from '../launch/npm.mjs';
import { runInstead } from '../launch/run.mjs';

ensureInstalled();

const node = findNode();
if (node === undefined) {
  console.error(howToGetNode());
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
const [file, ...before] = command === 'node' ? [node] : (command === 'npm' && npmCommand(node)) || [command];
runInstead(file, [...before, ...args], {
  cwd: root,
  env: Object.assign(directToLoopback(process.env), {
    PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  }),
});
