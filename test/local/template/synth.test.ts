import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { synthesize } from '../../../local/template/synth.ts';
import { temporaryDirectory } from '../../temporary.ts';

let project: string;
let outDir: string;
beforeEach(() => {
  project = temporaryDirectory();
  outDir = join(project, 'cdk.out');
});
afterEach(() => void vi.unstubAllEnvs());

/** A project whose CDK app is the given script. */
function app(script: string) {
  writeFileSync(join(project, 'app.mjs'), script);
  writeFileSync(
    join(project, 'cdk.json'),
    JSON.stringify({ app: 'node app.mjs', context: { a: 1, settings: 'old' } }),
  );
  return (onProgress?: (line: string) => void) =>
    synthesize({
      projectDirectory: project,
      settingsPath: join(project, 'settings.json'),
      outDir,
      ...(onProgress ? { onProgress } : {}),
    });
}

const recordEnvironment = `
  import { mkdirSync, writeFileSync } from 'node:fs';
  mkdirSync(process.env.CDK_OUTDIR, { recursive: true });
  writeFileSync(process.env.CDK_OUTDIR + '/manifest.json', JSON.stringify(process.env));`;

test('the CDK app gets the output directory and the context as from the CLI, and the settings file', async () => {
  expect(await app(recordEnvironment)()).toEqual({ outDir });
  const environment = JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8'));
  expect(environment.CDK_OUTDIR).toBe(outDir);
  expect(JSON.parse(environment.CDK_CONTEXT_JSON)).toEqual({
    a: 1,
    'aws:cdk:enable-path-metadata': true,
    'aws:cdk:enable-asset-metadata': true,
    'aws:cdk:bundling-stacks': ['**'],
    settings: join(project, 'settings.json'),
  });
});

test('a developer’s AWS credentials and profile do not reach the app', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_PROFILE', 'production');
  vi.stubEnv('CDK_DEFAULT_ACCOUNT', '999999999999');
  await app(recordEnvironment)();
  const names = Object.keys(JSON.parse(readFileSync(join(outDir, 'manifest.json'), 'utf8')));
  expect(names.filter((name) => /^(AWS_|CDK_)/.test(name)).sort()).toEqual([
    'CDK_CONTEXT_JSON',
    'CDK_OUTDIR',
    'CDK_VALIDATION',
  ]);
});

describe('a failed synthesis says what to change, with', () => {
  test('the app’s own message about a setting', async () => {
    const run = app(
      `console.error('Bundling asset X...'); console.error('settings: bad port'); process.exitCode = 1;`,
    );
    await expect(run()).rejects.toThrow(/^settings: bad port$/);
  });

  test('every wrong setting, not only the last one', async () => {
    const run = app(`console.error('Two settings are wrong:\\n- a is 1\\n- b is 2'); process.exitCode = 1;`);
    await expect(run()).rejects.toThrow(/^Two settings are wrong:\n- a is 1\n- b is 2$/);
  });

  test('the error of a crash and where it happened', async () => {
    await expect(app(`throw new TypeError('boom');`)()).rejects.toThrow(
      /^TypeError: boom +at file:.*app\.mjs:1:7/,
    );
  });

  test('the exit code of an app that printed nothing', async () => {
    await expect(app('process.exit(3);')()).rejects.toThrow(
      'node app.mjs ended with exit code 3 and said nothing',
    );
  });
});

test('the output of the CDK app is passed on while it runs', async () => {
  const lines: string[] = [];
  await app(`${recordEnvironment}; console.error('Bundling asset A...'); console.log('done');`)((line) =>
    lines.push(line),
  );
  expect(lines.sort()).toEqual(['Bundling asset A...', 'done']);
});

test('a synthesis deletes the output of an earlier one, so that it is never executed', async () => {
  mkdirSync(join(outDir, 'asset.old'), { recursive: true });
  writeFileSync(join(outDir, 'manifest.json'), '{}');
  await app(recordEnvironment)();
  expect(existsSync(join(outDir, 'asset.old'))).toBe(false);
});

test('an interrupted synthesis does not stop the next one', async () => {
  const interrupted = app(`
    import { mkdirSync, writeFileSync } from 'node:fs';
    mkdirSync(process.env.CDK_OUTDIR, { recursive: true });
    writeFileSync(process.env.CDK_OUTDIR + '/asset.half', '');
    process.kill(process.pid, 'SIGKILL');`);
  await expect(interrupted()).rejects.toThrow();
  expect(existsSync(join(outDir, 'asset.half'))).toBe(true);
  expect(await app(recordEnvironment)()).toEqual({ outDir });
  expect(existsSync(join(outDir, 'asset.half'))).toBe(false);
});

test('a synthesis does not delete a directory with other files', async () => {
  mkdirSync(outDir);
  writeFileSync(join(outDir, 'thesis.txt'), 'x');
  await expect(app(recordEnvironment)()).rejects.toThrow(/holds something other than a synthesized CDK app/);
  expect(existsSync(join(outDir, 'thesis.txt'))).toBe(true);
});
