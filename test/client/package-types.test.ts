import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installBuilt, manifest, name, root, run } from './consumer.ts';

let packed: Consumer;
beforeAll(() => {
  packed = installBuilt();
});
afterAll(() => packed.remove());

describe('the packed tarball', () => {
  test('pleases publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  test('has types that fit its code, for whoever imports or requires each entry', async () => {
    const checked = await checkPackage(
      createPackageFromTarballData(new Uint8Array(readFileSync(packed.tarball))),
      { entrypoints: ['.', './testing', './web-sdk'] },
    );
    if (!checked.types) throw new Error('the package has no types');
    const problems = checked.problems.filter(
      // Compilers before TypeScript 4.7, and today's with the old `node10`, know the main entry alone.
      (problem) =>
        !('resolutionKind' in problem && problem.resolutionKind === 'node10' && problem.entrypoint !== '.'),
    );
    expect(problems).toEqual([]);
  });

  test('names in package.json only files that it has', () => {
    const named = JSON.stringify(manifest).match(/(?<=")\.\/[^"]+\.c?[jt]s(?=")/g) ?? [];
    const files = named.filter((file) => file.startsWith('./dist/'));
    expect(files.length).toBeGreaterThan(12);
    for (const file of files) expect(readFileSync(join(packed.installed, file), 'utf8')).not.toBe('');
  });
});

const PAGE = `
import { createStream, type StreamState } from '${name}';
import { createFakeStream, type FakeStream } from '${name}/testing';
import '${name}/web-sdk';
import type { WebSdk } from '${name}/web-sdk';
const stream = createStream({
  api: 'https://api.example', streamGroupId: 'sg-1', getAccessToken: async () => 'token',
  createGameLiftStreams: () => ({ generateSignalRequest: async () => '', processSignalResponse: async () => {}, close() {}, extra: 5 }),
});
export const extra: number | undefined = stream.sdk?.extra;
export const name: 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'ending' | 'ended' = stream.state.name;
export const place = (state: StreamState): number | undefined =>
  state.name === 'reconnecting' ? state.wait?.queuePosition : undefined;
export const fake: FakeStream<gameliftstreams.GameLiftStreams> = createFakeStream();
export const sdk: WebSdk = gameliftstreams;
// @ts-expect-error types were found, and are strict
stream.start(5);
// @ts-expect-error also those of the testing entry
fake.end({ reason: 'bored' });
// @ts-expect-error and those of the Web SDK
new gameliftstreams.GameLiftStreams({});
`;

describe('a developer’s page finds the types of each entry', () => {
  test.each([
    ['through a bundler', 'page.ts', { module: 'esnext', moduleResolution: 'bundler' }],
    ['as an ES module of Node', 'page.mts', { module: 'nodenext' }],
    ['as CommonJS of Node', 'page.cts', { module: 'nodenext' }],
    ['as CommonJS under node16', 'page.cts', { module: 'node16' }],
  ])('%s', (_what, file, options) => {
    writeFileSync(join(packed.folder, file), PAGE);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom', 'dom.iterable'],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      ...options,
    };
    writeFileSync(join(packed.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    run(process.execPath, [compiler, '-p', packed.folder], packed.folder);
  });
});

const FIND = `
(async () => {
  const fake = createFakeStream();
  const found = fake.stream.find().catch((error) => error);
  fake.failFind({ reason: 'signed_out', status: 401 });
  const error = await found;
  console.log(error instanceof RejoinError, error.ending.reason);
})();`;

describe('rejoin-client/testing', () => {
  test.each([
    [
      'imported',
      'find.mjs',
      `import { RejoinError } from '${name}'; import { createFakeStream } from '${name}/testing';`,
    ],
    [
      'required',
      'find.cjs',
      `const { RejoinError } = require('${name}'); const { createFakeStream } = require('${name}/testing');`,
    ],
  ])('%s, rejects with the very RejoinError that the page compares with', (_how, file, imports) => {
    writeFileSync(join(packed.folder, file), imports + FIND);
    expect(run(process.execPath, [file], packed.folder)).toBe('true signed_out\n');
  });
});

test('the unit test in docs/client.md runs in a page’s own project: its page gets the fake stream', () => {
  const docs = readFileSync(join(root, 'docs', 'client.md'), 'utf8');
  const [, shown = ''] =
    /<!-- a page's unit tests: run by the tests -->\n```js\n([\s\S]*?)```/.exec(docs) ?? [];
  const project = join(packed.folder, 'project');
  mkdirSync(project);
  symlinkSync(
    join(root, 'node_modules', 'vitest'),
    join(packed.folder, 'node_modules', 'vitest'),
    'junction',
  );
  writeFileSync(join(project, 'page.test.js'), shown);
  writeFileSync(
    join(project, 'page.js'),
    `import { createStream } from '${name}';
     export const said = [];
     export const stream = createStream({ api: 'https://api.example', onState: (state) => said.push(state.name) });`,
  );
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('VITEST')));
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--root', project, '--reporter', 'tap-flat'],
    { cwd: project, encoding: 'utf8', env },
  );
  expect(status, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/^ok 1 - .*the page says that the player plays/m);
});

test('npm publish is refused until package.json says where the source and the pages are', () => {
  const folder = join(packed.folder, 'publish');
  mkdirSync(folder);
  const { repository: _where, homepage: _pages, ...nothing } = manifest;
  const publish = (known: object) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...nothing, ...known }));
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'release', 'publish.mjs'), 'client'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const repository = { type: 'git', url: 'git+https://git.example/game.git', directory: 'client' };
  const homepage = 'https://git.example/game';
  expect(publish({}).stderr).toContain(
    'write "repository" with "url" and "directory": "client" and "homepage"',
  );
  expect(publish({ repository })).toMatchObject({
    status: 1,
    stderr: expect.not.stringContaining('"repository"'),
  });
  expect(publish({ repository, homepage })).toEqual({ status: 0, stderr: '' });
  expect(manifest.scripts.prepublishOnly).toBe('node ../release/publish.mjs client');
});
