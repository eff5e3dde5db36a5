/**
 * Runs a command with the project's own Node and dependencies first on the PATH. It installs them if some are missing:
 * `node local/install.mjs node local/start.ts --port 9000`. The command is `node`, `npm` or an executable file.
 *
 * This file and those of launch/ are plain JavaScript, since the machine's own Node may be older and executes them. They replace npm's
 * `pre` scripts, which npm skips with `ignore-scripts=true`.
 */
import { delimiter, join } from 'node:path';
import { ensureInstalled } from '../launch/install.mjs';
import { directToLoopback } from '../launch/loopback.mjs';
import { requireNode, root } from '../launch/node.mjs';
import { npmCommand } from '../launch/npm.mjs';
import { runInstead } from '../launch/run.mjs';

ensureInstalled();

const node = requireNode();

const [command, ...args] = process.argv.slice(2);
const [file, ...before] = command === 'node' ? [node] : (command === 'npm' && npmCommand(node)) || [command];
runInstead(file, [...before, ...args], {
  cwd: root,
  env: Object.assign(directToLoopback(process.env), {
    PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  }),
});
