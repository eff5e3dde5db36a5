#!/usr/bin/env node
// Builds dist/: the constructs as one CommonJS file with declarations, each function's code, and the licence.
// `node infra/package/build.mjs [folder]`
// `npm pack` runs it too, perhaps in a fresh clone and with an older Node: what needs Node 24 or a package is imported later.
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../../launch/install.mjs';
import { isNewEnough, requireNode, root } from '../../launch/node.mjs';

ensureInstalled();
if (!isNewEnough) {
  const { status } = spawnSync(requireNode(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exit(status ?? 1);
}
const { build } = await import('esbuild');
const { bundle, bundledFunctions } = await import('../functions/bundling/bundle.ts');

const infra = join(root, 'infra');
const here = join(infra, 'package');
const dist = resolve(process.argv[2] ?? join(here, 'dist'));
const types = join(dist, 'types');

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

for (const name of bundledFunctions()) bundle(name, join(dist, 'functions', name));

await build({
  entryPoints: [join(infra, 'index.ts')],
  outfile: join(dist, 'index.js'),
  bundle: true,
  platform: 'node',
  // The oldest Node that the CDK supports.
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  legalComments: 'none',
  plugins: [
    {
      name: 'the code of the functions is bundled already',
      setup({ onResolve }) {
        onResolve({ filter: /\/bundling\/bundle\.ts$/ }, () => ({
          path: join(infra, 'functions', 'bundling', 'prebuilt.ts'),
        }));
      },
    },
  ],
});

const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const options = ['-p', here, '--outDir', types, '--rootDir', root, '--noEmit', 'false'];
const { status, stdout } = spawnSync(
  process.execPath,
  [compiler, ...options, '--declaration', '--emitDeclarationOnly'],
  { encoding: 'utf8' },
);
if (status !== 0) {
  console.error(stdout);
  process.exit(1);
}

/** Writes the imports of a declaration as CommonJS has them, and those of all that it imports. @returns {void} */
function finish(file, done) {
  if (done.has(file)) return;
  done.add(file);
  const declarations = readFileSync(file, 'utf8');
  writeFileSync(file, declarations.replaceAll(/(['"]\.\.?\/[\w./-]+)\.ts(?=['"])/g, '$1.js'));
  for (const [, path] of declarations.matchAll(/['"](\.\.?\/[\w./-]+)\.ts['"]/g)) {
    finish(join(dirname(file), `${path}.d.ts`), done);
  }
}
const reached = new Set();
finish(join(types, 'infra', 'index.d.ts'), reached);
// The others would only make an app's compiler ask for packages that it does not need.
for (const file of globSync('**/*.d.ts', { cwd: types })) {
  if (!reached.has(join(types, file))) rmSync(join(types, file));
}

cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'));
