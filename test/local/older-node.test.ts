import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pretend, type SmallCheckout, smallCheckout } from './small-checkout.ts';

const root = join(import.meta.dirname, '..', '..');
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

let checkout: SmallCheckout;
beforeEach(() => {
  checkout = smallCheckout([
    { name: nodePackage, optional: true, os: [process.platform], cpu: [process.arch] },
    { name: 'esbuild', dev: true, files: { 'index.js': ESBUILD } },
    { name: 'typescript', dev: true, files: { 'bin/tsc': '' } },
  ]);
  for (const folder of ['client', 'operator']) {
    cpSync(join(root, folder), join(checkout.path, folder), { recursive: true });
  }
  // Both print the version of Node, in TypeScript that an older Node can't read.
  const program = "console.log('runs on', process.version as string, ...process.argv.slice(2));";
  checkout.write('infra/app.ts', program);
  checkout.write('operator/main.ts', program);
});
afterEach(() => checkout.remove());

const ESBUILD =
  "exports.build = async ({ outfile }) => require('node:fs').writeFileSync(outfile, 'export const built = true;');";

/** As npm leaves it. */
function bringNode(): void {
  const folder = join(checkout.path, 'node_modules', nodePackage, 'bin');
  mkdirSync(folder, { recursive: true });
  checkout.write(`node_modules/${nodePackage}/package.json`, '{}');
  symlinkSync(process.execPath, join(folder, process.platform === 'win32' ? 'node.exe' : 'node'));
}

const onNode20 = (...command: string[]) =>
  checkout.run([process.execPath, ...pretend(checkout, { version: '20.19.0' }), ...command]);

describe.each([
  ['the CDK app, which a cdk that is installed globally starts,', 'launch/cdk-app.mjs', []],
  ["the operators' command line", 'operator/bin.mjs', ['sessions', 'a b|c&d']],
] as const)('%s on Node 20', (_what, file, args) => {
  test.skipIf(process.platform === 'win32')('runs on the Node 24 that npm brought', async () => {
    bringNode();
    expect(await onNode20(file, ...args)).toEqual({
      code: 0,
      stderr: '',
      stdout: `${['runs on', process.version, ...args].join(' ')}\n`,
    });
  });

  test('says what to do when nothing is installed', async () => {
    const { code, stdout, stderr } = await onNode20(file, ...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `Rejoin needs Node 24 or later; this is 20.19.0. Run "npm ci --include=dev --include=optional" in ${checkout.path}: it brings Node 24. Then try again.\n`,
    );
  });

  test('says what to do on a platform for which npm has no build', async () => {
    checkout.write('package.json', '{"type":"module"}');
    const { code, stderr } = await onNode20(file, ...args);
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Rejoin needs Node 24 or later; this is 20.19.0, and npm has no build for ${process.platform}-${process.arch}: install Node 24 and try again.\n`,
    );
  });
});

describe('in a fresh clone', () => {
  test('the CDK app says that it is not installed, and shows no stack trace', async () => {
    checkout.write('infra/app.ts', "import 'aws-cdk-lib';");
    const { code, stderr } = await checkout.run([process.execPath, 'launch/cdk-app.mjs']);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `aws-cdk-lib is not installed. Run "npm ci --include=dev --include=optional" in ${checkout.path}, then try again.\n`,
    });
  });

  test('a mistake in the CDK app itself keeps its stack trace', async () => {
    checkout.write('infra/app.ts', "throw new Error('a mistake');");
    const { code, stderr } = await checkout.run([process.execPath, 'launch/cdk-app.mjs']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: a mistake\n\s+at .*app\.ts/);
  });

  test('(cd client && npm pack) installs what it needs and packs the client', async () => {
    checkout.write('LICENSE', 'Apache License');
    const { code, stdout } = await checkout.run(['npm', 'pack', '--json'], {
      folder: 'client',
      env: { NODE_ENV: 'production' },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('"dist/index.js"');
    expect(existsSync(join(checkout.path, 'client', 'dist', 'LICENSE'))).toBe(true);
  });
});
