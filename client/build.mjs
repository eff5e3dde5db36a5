#!/usr/bin/env node
// Builds dist/: each entry as an ES module and as CommonJS, with declarations and source maps; one script with a global; the licence.
// `node client/build.mjs [folder]`
// `npm pack` runs it too, perhaps in a fresh clone and with an older Node: esbuild is imported once it is there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureInstalled } from '../launch/install.mjs';
import { root } from '../launch/node.mjs';

ensureInstalled();
const { build } = await import('esbuild');

const here = join(root, 'client');
const dist = resolve(process.argv[2] ?? join(here, 'dist'));
const source = (name) => join(here, 'src', `${name}.ts`);

/** What a page imports: `rejoin-client`, and `rejoin-client/NAME` for each of the others. */
const ENTRIES = ['index', 'testing', 'web-sdk'];

const common = {
  bundle: true,
  minify: true,
  sourcemap: true,
  platform: 'browser',
  // The oldest browsers that the Web SDK supports are newer than this.
  target: 'es2022',
  legalComments: 'none',
};

/** The other entries share the main one: an error of a fake stream is an instance of the page's RejoinError. */
const sharing = (extension) => ({
  name: 'the main entry stays apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/index\.ts$/ }, () => ({ path: `./index${extension}`, external: true }));
  },
});

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const modules = [
  ['esm', '.js'],
  ['cjs', '.cjs'],
].flatMap(([format, extension]) =>
  ENTRIES.map((name) =>
    build({
      ...common,
      entryPoints: [source(name)],
      outfile: join(dist, `${name}${extension}`),
      format,
      plugins: [sharing(extension)],
    }),
  ),
);
const script = build({
  ...common,
  entryPoints: [source('index')],
  outfile: join(dist, 'script.js'),
  format: 'iife',
  globalName: 'rejoinClient',
});
await Promise.all([...modules, script]);

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['-p', here, '--outDir', dist, '--rootDir', join(here, 'src'), '--noEmit', 'false'];
const { status, stdout } = spawnSync(
  process.execPath,
  [compiler, ...options, '--declaration', '--emitDeclarationOnly'],
  { encoding: 'utf8' },
);
if (status !== 0) {
  console.error(stdout);
  process.exit(1);
}
for (const file of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
  const declarations = readFileSync(join(dist, file), 'utf8');
  const importing = (extension) => declarations.replaceAll(/(['"]\.\/[\w-]+)\.ts(?=['"])/g, `$1${extension}`);
  writeFileSync(join(dist, file), importing('.js'));
  // CommonJS has declarations of its own, or the compiler takes them for those of an ES module.
  writeFileSync(join(dist, file.replace(/\.ts$/, '.cts')), importing('.cjs'));
}

cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
