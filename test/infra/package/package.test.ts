import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { App, Stack } from 'aws-cdk-lib';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { beforeAll, describe, expect, test } from 'vitest';
import { Rejoin } from '../../../infra/rejoin.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { temporaryDirectory } from '../../temporary.ts';
import { minimal } from '../synth.ts';
import { buildPackage, exampleApp, manifest, name, packBuilt, root, run } from './packed.ts';

const settings = { ...minimal, webOrigins: ['https://play.example.com'], probe: true };

/** A folder of somebody's own, where the package is installed beside what it asks for. */
let app: string;
let installed: string;

beforeAll(() => {
  app = temporaryDirectory();
  installed = join(app, 'node_modules', name);
  buildPackage(installed);
  for (const needed of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    symlinkSync(join(root, 'node_modules', needed), join(app, 'node_modules', needed), 'junction');
  }
  writeFileSync(join(app, 'package.json'), '{}');
});

/** Runs a script in that folder. */
function script(file: string, code: string): string {
  writeFileSync(join(app, file), code);
  return run(process.execPath, [file], app, { ...process.env, CDK_VALIDATION: 'false' });
}

/** What a synthesis leaves: the template, and the names of the assets. */
function synthesized(outdir: string, stack: string) {
  const template = JSON.parse(readFileSync(join(outdir, `${stack}.template.json`), 'utf8'));
  return { template, assets: readdirSync(outdir).filter((file) => file.startsWith('asset.')) };
}

describe('the package of the constructs', () => {
  test('makes the template that a checkout makes, with the same code in its functions', () => {
    const mine = new App({ outdir: temporaryDirectory() });
    const stack = new Stack(mine, 'Arcade');
    new Rejoin(stack, 'Rejoin', settings).addOutputs();
    mine.synth();
    const theirs = temporaryDirectory();
    script(
      'app.cjs',
      `const { App, Stack } = require('aws-cdk-lib');
       const { Rejoin } = require('${name}');
       const app = new App({ outdir: ${JSON.stringify(theirs)} });
       new Rejoin(new Stack(app, 'Arcade'), 'Rejoin', ${JSON.stringify(settings)}).addOutputs();
       app.synth();`,
    );
    const expected = synthesized(mine.outdir, 'Arcade');
    expect(expected.assets).toHaveLength(playerRoutes.length + 1);
    expect(synthesized(theirs, 'Arcade')).toEqual(expected);
  });

  test('is imported by its names from an ES module, and is the same there as in CommonJS', () => {
    const said = script(
      'names.mjs',
      `import { createRequire } from 'node:module';
       import { Rejoin, RejoinOperator, SettingsError } from '${name}';
       const required = createRequire(import.meta.url)('${name}');
       console.log(Rejoin === required.Rejoin, RejoinOperator === required.RejoinOperator, SettingsError === required.SettingsError);`,
    );
    expect(said).toBe('true true true\n');
  });

  test('requires nothing but its dependencies and Node, so that no app needs esbuild or Docker', () => {
    const code = readFileSync(join(installed, 'dist', 'index.js'), 'utf8');
    const required = [...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, specifier = '']) => specifier);
    const packages = required.filter((specifier) => !specifier.startsWith('node:'));
    expect(new Set(packages.map((specifier) => specifier.split('/')[0]))).toEqual(
      new Set(['aws-cdk-lib', 'constructs', 'zod']),
    );
  });

  test('has declarations that ask for no other package and name only files that are there', () => {
    const types = join(installed, 'dist', 'types');
    const files = readdirSync(types, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.d.ts'),
    );
    expect(files.length).toBeGreaterThan(5);
    const imported = files.flatMap((file) =>
      [...readFileSync(join(types, file), 'utf8').matchAll(/(?:from |import\()['"]([^'"]+)['"]/g)].map(
        ([, specifier = '']) => (specifier.startsWith('.') ? join(file, '..', specifier) : specifier),
      ),
    );
    const unknown = imported.filter(
      (path) =>
        !/^(aws-cdk-lib|constructs|zod)(\/|$)/.test(path) && !files.includes(path.replace(/\.js$/, '.d.ts')),
    );
    expect(unknown).toEqual([]);
  });

  test('pleases publint, and has types that fit its code for whoever imports or requires it', async () => {
    const { messages, pkg } = await publint({ pkgDir: installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
    const tarball = readFileSync(packBuilt(installed, app));
    const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
    if (!checked.types) throw new Error('the package has no types');
    expect(checked.problems).toEqual([]);
  });

  test('is not published until package.json says where the source and the pages are', () => {
    const { status, stderr } = spawnSync(process.execPath, ['../../release/publish.mjs', 'infra/package'], {
      cwd: join(root, 'infra', 'package'),
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([
      1,
      'rejoin is not published: write "repository" with "url" and "directory": "infra/package" and "homepage" into infra/package/package.json first.\n',
    ]);
    expect(manifest.scripts.prepublishOnly).toBe('node ../../release/publish.mjs infra/package');
  });

  test('has the checkout’s version and the checkout’s zod, so that what is tested here is what is installed', () => {
    const checkout = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(manifest.version).toBe(checkout.version);
    expect(manifest.dependencies).toEqual({ zod: checkout.dependencies.zod });
    expect(Object.keys(manifest.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(readFileSync(join(installed, 'dist', 'LICENSE'), 'utf8')).toContain('Apache License');
  });
});

test('the example app compiles against the package, as it will where somebody installs it', () => {
  const copy = join(app, 'arcade');
  cpSync(exampleApp, copy, { recursive: true });
  mkdirSync(join(copy, 'node_modules', '@types'), { recursive: true });
  symlinkSync(join(root, 'node_modules', '@types', 'node'), join(copy, 'node_modules', '@types', 'node'));
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', copy], app);
});
