import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missingPackages } from '../../launch/missing.mjs';
import { type SmallCheckout, smallCheckout } from './small-checkout.ts';

const here = { os: [process.platform], cpu: [process.arch] };
const WANTED = ['used-always', 'used-by-developers', 'used-by-a-peer', 'built-for-this-platform'];

let checkout: SmallCheckout;
beforeEach(() => {
  checkout = smallCheckout([
    { name: 'used-always' },
    { name: 'used-by-developers', dev: true },
    { name: 'used-by-a-peer', peer: true },
    { name: 'built-for-this-platform', optional: true, ...here },
    { name: 'built-for-another-platform', optional: true, os: ['aix'], cpu: ['ppc64'] },
  ]);
  checkout.write('program.js', "console.log('It runs.');");
});
afterEach(() => checkout.remove());

const start = (env?: NodeJS.ProcessEnv) =>
  checkout.run([process.execPath, 'local/install.mjs', 'node', 'program.js'], env ? { env } : {});
const there = () => WANTED.filter((name) => existsSync(join(checkout.path, 'node_modules', name)));
const at = (...path: string[]) => join(checkout.path, 'node_modules', ...path);

/** The user's own .npmrc. */
function userConfiguration(text: string): NodeJS.ProcessEnv {
  checkout.write('user/.npmrc', text);
  return { npm_config_userconfig: join(checkout.path, 'user', '.npmrc') };
}

/** An npm that always fails: a start that succeeds with it has not called npm. */
function withoutNpm(): NodeJS.ProcessEnv {
  checkout.write('npm-cli.js', 'process.exit(1);');
  return { npm_execpath: join(checkout.path, 'npm-cli.js') };
}

describe('the first start in a fresh clone', () => {
  test.each<[string, () => NodeJS.ProcessEnv]>([
    [
      'the environment asks for production',
      () => ({ NODE_ENV: 'production', npm_config_production: 'true', npm_config_omit: 'dev' }),
    ],
    [
      "the user's .npmrc leaves out whatever it can",
      () => userConfiguration('omit[]=dev\nomit[]=optional\nomit[]=peer\nlegacy-peer-deps=true\n'),
    ],
    ['it happens inside a rehearsal of npm', () => ({ npm_config_dry_run: 'true' })],
  ])(
    'installs all that is needed, also when %s, and the next start does not call npm',
    async (_what, env) => {
      const { code, stdout } = await start(env());
      // The installation prints nothing to the standard output, which programs read.
      expect({ code, stdout, there: there() }).toEqual({ code: 0, stdout: 'It runs.\n', there: WANTED });
      expect(existsSync(at('built-for-another-platform'))).toBe(false);
      expect(await start(withoutNpm())).toEqual({ code: 0, stdout: 'It runs.\n', stderr: '' });
    },
  );

  test('says which package the registry did not have, and runs what can run', async () => {
    rmSync(join(checkout.path, 'packed', 'built-for-this-platform.tgz'));
    const { code, stdout, stderr } = await start();
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'It runs.\n' });
    expect(stderr).toContain('npm ci left out built-for-this-platform. Check that the npm registry');
    // The next start tries again: the registry may have the package by then.
    expect(missingPackages(checkout.path)).toEqual([
      { path: 'node_modules/built-for-this-platform', optional: true },
    ]);
  });

  test('fails with a sentence where npm fails, and succeeds once npm can', async () => {
    const [tarball, elsewhere] = ['used-always.tgz', 'gone.tgz'].map((name) =>
      join(checkout.path, 'packed', name),
    ) as [string, string];
    renameSync(tarball, elsewhere);
    const failed = await start();
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('npm ci failed: see above.');
    expect(failed.stderr).not.toMatch(/^\s+at /m);

    renameSync(elsewhere, tarball);
    expect(await start()).toMatchObject({ code: 0, stdout: 'It runs.\n' });
    expect(there()).toEqual(WANTED);
  });
});

test('a start repairs an installation without the dev and the optional dependencies', async () => {
  await checkout.run(['npm', 'ci', '--omit=dev', '--omit=optional']);
  expect(there()).toEqual(['used-always', 'used-by-a-peer']);
  expect(await start()).toMatchObject({ code: 0, stdout: 'It runs.\n' });
  expect(there()).toEqual(WANTED);
});

test('npm ci by hand installs all that is needed with NODE_ENV=production, since .npmrc says so', async () => {
  checkout.write('.npmrc', readFileSync(join(import.meta.dirname, '..', '..', '.npmrc'), 'utf8'));
  const omit = userConfiguration('omit[]=optional\nomit[]=peer');
  await checkout.run(['npm', 'ci'], { env: { NODE_ENV: 'production', ...omit } });
  expect(missingPackages(checkout.path)).toEqual([]);
  expect(there()).toEqual(WANTED);
});

describe('an installation counts as incomplete', () => {
  /** As npm leaves it: a folder for each package, then its own list of them. */
  beforeEach(() => {
    for (const name of WANTED) checkout.write(`node_modules/${name}/package.json`, '{}');
    const packages = WANTED.map((name) => [`node_modules/${name}`, { version: '1.0.0' }]);
    checkout.write(
      'node_modules/.package-lock.json',
      JSON.stringify({ packages: Object.fromEntries(packages) }),
    );
    expect(missingPackages(checkout.path)).toEqual([]);
  });
  const missing = () => missingPackages(checkout.path).map(({ path }) => path.replace('node_modules/', ''));

  test('when a package is gone', () => {
    rmSync(at('used-by-developers'), { recursive: true });
    expect(missing()).toEqual(['used-by-developers']);
  });

  test('when npm was interrupted before or while it wrote its own list', () => {
    checkout.write('node_modules/.package-lock.json', '{"packages":{"node_mod');
    expect(missing()).toEqual(WANTED);
    rmSync(at('.package-lock.json'));
    expect(missing()).toEqual(WANTED);
  });

  test('when package-lock.json names another version, or is damaged', () => {
    const lock = JSON.parse(readFileSync(join(checkout.path, 'package-lock.json'), 'utf8'));
    lock.packages['node_modules/used-always'].version = '1.0.1';
    checkout.write('package-lock.json', JSON.stringify(lock));
    expect(missing()).toEqual(['used-always']);
    checkout.write('package-lock.json', '<<<<<<< HEAD');
    expect(missing()).toEqual(['package-lock.json']);
  });
});
