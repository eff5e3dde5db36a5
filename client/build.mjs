#!/usr/bin/env node
// Builds dist/: one minified module, its declarations and the licence. `node client/build.mjs [folder]`
// `npm pack` runs it too, perhaps in a fresh clone and with an older Node: esbuild is imported once it is there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../launch/install.mjs';
import { root } from '../launch/node.mjs';

ensureInstalled();
const { build } = await import('esbuild');

const here = join(root, 'client');
const dist = resolve(process.argv[2] ?? join(here, 'dist'));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await build({
  entryPoints: [join(here, 'src', 'index.ts')],
  outfile: join(dist, 'index.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  // The oldest browsers that the Web SDK supports are newer than this.
  target: 'es2022',
  legalComments: 'none',
});

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['-p', here, '--outDir', dist, '--rootDir', join(here, 'src'), '--noEmit', 'false'];
const declarations = ['--declaration', '--emitDeclarationOnly', '--rewriteRelativeImportExtensions'];
const { status, stdout } = spawnSync(process.execPath, [compiler, ...options, ...declarations], {
  encoding: 'utf8',
});
if (status !== 0) {
  console.error(stdout);
  process.exit(1);
}

cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
