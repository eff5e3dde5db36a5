#!/usr/bin/env node
/**
 * The command line of the installed package: `rejoin-operator --help`. Node strips the types of TypeScript by itself, but not of
 * files inside node_modules, so this file does that.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';
import { directToLoopback, usesProxyForLoopback } from '../launch/loopback.mjs';
import { isNewEnough, requireNode } from '../launch/node.mjs';
import { runInstead } from '../launch/run.mjs';

/** Runs the command line in this process. */
async function runHere() {
  // Without this Node would warn at every start that type stripping is experimental.
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

if (isNewEnough && !usesProxyForLoopback()) await runHere();
else {
  // An older Node hands over to the one that npm installed. Behind a proxy, the same Node runs again with direct access to loopback.
  const node = isNewEnough ? process.execPath : requireNode();
  // An older Node may have options that the other one does not know.
  const options = isNewEnough ? process.execArgv : [];
  const args = [...options, fileURLToPath(import.meta.url), ...process.argv.slice(2)];
  runInstead(node, args, { env: directToLoopback(process.env) });
}
