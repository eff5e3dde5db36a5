/**
 * `npm run freeze [-- FOLDER]`: keeps this version's functions and client as they are, for the versions after it. Tests let both serve the same
 * players, on one table, as a deployment does and a cached page.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { manifestOf, root } from './packages.ts';

/** The functions of the player API, by their folders in `lambdas/routes/`. */
const ROUTES = ['start', 'status', 'sessions', 'reconnect', 'terminate'];

const { version } = manifestOf({ folder: 'client' });
const folder = resolve(process.argv[2] ?? join(root, 'test', 'upgrade', 'versions', version));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const common = { bundle: true, minify: true, format: 'esm', legalComments: 'none', write: false } as const;
const functions = await build({
  ...common,
  stdin: {
    contents: ROUTES.map(
      (name) => `export { handler as ${name} } from './lambdas/routes/${name}/handler.ts';`,
    ).join('\n'),
    resolveDir: root,
  },
  platform: 'node',
  target: 'node24',
  // The SDK and the middleware are those of the checkout. What is frozen is our own code.
  packages: 'external',
});
const client = await build({
  ...common,
  entryPoints: [join(root, 'client', 'src', 'index.ts')],
  platform: 'browser',
  target: 'es2022',
});
for (const [name, { outputFiles }] of Object.entries({ functions, client })) {
  writeFileSync(join(folder, `${name}.js`), outputFiles[0]?.contents ?? '');
}
cpSync(join(root, 'test', 'upgrade', 'settings.json'), join(folder, 'settings.json'));
console.log(`${version} is kept in ${folder}: commit it with the release.`);
