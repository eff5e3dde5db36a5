#!/usr/bin/env node
/**
 * The command line for those who install the package: `rejoin-operator --help`. Node strips the types of TypeScript by itself,
 * but not of what is inside node_modules, so that is done here.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import { asksProxyForLoopback, directToLoopback } from '../launch/loopback.mjs';
import { findNode, howToGetNode, newEnough } from '../launch/node.mjs';
import { runInstead } from '../launch/run.mjs';

/** The command line itself, in this process. */
async function operate() {
  // It would say at every start that stripping types is new.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (rest[0] !== 'ExperimentalWarning') emitWarning.call(process, warning, ...rest);
  };
  module.registerHooks({
    load: (url, context, next) =>
      url.startsWith('file:') && url.endsWith('.ts')
        ? {
            format: 'module',
            source: module.stripTypeScriptTypes(readFileSync(new URL(url), 'utf8')),
            shortCircuit: true,
          }
        : next(url, context),
  });
  await import('./main.ts');
}

const node = newEnough ? process.execPath : findNode();
if (node === undefined) {
  console.error(howToGetNode());
  process.exit(1);
}
// On an older Node the one that npm brought takes over, and behind a proxy a process that calls --local directly.
if (newEnough && !asksProxyForLoopback()) await operate();
else {
  // An older Node may have options that the other does not know.
  const options = newEnough ? process.execArgv : [];
  const args = [...options, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  runInstead(node, args, { env: directToLoopback(process.env) });
}
