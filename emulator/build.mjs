#!/usr/bin/env node
// Builds dist/: the command, what a test suite imports as an ES module and as CommonJS, with declarations and source maps; the game's
// film, the input module and the licence. `node emulator/build.mjs [folder]`
// `npm pack` runs it too, perhaps in a fresh clone and with an older Node: esbuild is imported once it is there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../launch/install.mjs';
import { root } from '../launch/node.mjs';

ensureInstalled();
const { build } = await import('esbuild');

const here = join(root, 'emulator');
const dist = resolve(process.argv[2] ?? join(here, 'dist'));
const source = (name) => join(here, `${name}.ts`);
const { engines } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

const common = {
  bundle: true,
  sourcemap: true,
  sourcesContent: true,
  platform: 'node',
  // The oldest Node of package.json.
  target: engines.node.replace('>=', 'node'),
  packages: 'external',
  legalComments: 'none',
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

await Promise.all([
  // Both entries share their code.
  build({
    ...common,
    entryPoints: [source('index'), source('main')],
    outdir: dist,
    format: 'esm',
    splitting: true,
    chunkNames: 'shared-[hash]',
  }),
  build({
    ...common,
    entryPoints: [source('index')],
    outfile: join(dist, 'index.cjs'),
    format: 'cjs',
    // Files are found beside the code.
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
  }),
]);

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['-p', here, '--outDir', dist, '--rootDir', here, '--noEmit', 'false'];
const { status, stdout } = spawnSync(
  process.execPath,
  [compiler, ...options, '--declaration', '--emitDeclarationOnly'],
  { encoding: 'utf8' },
);
if (status !== 0) {
  console.error(stdout);
  process.exit(1);
}
const declarations = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.d.ts'),
);
/** The files that `index.d.ts` leads to. */
const reached = new Set(['index.d.ts']);
for (const file of reached) {
  for (const [, path] of readFileSync(join(dist, file), 'utf8').matchAll(/['"](\.\.?\/[^'"]+)\.ts['"]/g)) {
    reached.add(`${join(file, '..', path)}.d.ts`);
  }
}
for (const file of declarations) {
  const text = readFileSync(join(dist, file), 'utf8');
  rmSync(join(dist, file));
  if (!reached.has(file)) continue;
  const importing = (extension) => text.replaceAll(/(['"]\.\.?\/[^'"]+)\.ts(?=['"])/g, `$1${extension}`);
  writeFileSync(join(dist, file), importing('.js'));
  // CommonJS has declarations of its own, or the compiler takes them for those of an ES module.
  writeFileSync(join(dist, file.replace(/\.ts$/, '.cts')), importing('.cjs'));
}
for (const folder of readdirSync(dist, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
  const path = join(dist, folder.name);
  if (readdirSync(path, { recursive: true, withFileTypes: true }).every((entry) => entry.isDirectory()))
    rmSync(path, { recursive: true });
}

// Where the compiled code looks for them.
mkdirSync(join(dist, 'clip'), { recursive: true });
cpSync(join(here, 'webrtc', 'clip', 'clip.h264'), join(dist, 'clip', 'clip.h264'));
cpSync(join(here, 'web-sdk-protocol.js'), join(dist, 'web-sdk-protocol.js'));
cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
