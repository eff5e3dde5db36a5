#!/usr/bin/env node
/**
 * The command line for those who install the package: `rejoin-operator --help`. Node strips the types of TypeScript by itself,
 * but not of what is inside node_modules, so that is done here.
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';

if (typeof module.registerHooks !== 'function' || typeof module.stripTypeScriptTypes !== 'function') {
  console.error(`rejoin-operator needs Node 24 or later, not ${process.version}.`);
  process.exit(1);
}
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
