import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import {
  GameLiftStreamsClient,
  GetStreamSessionCommand,
  StartStreamSessionCommand,
} from '@aws-sdk/client-gameliftstreams';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../client/consumer.ts';
import { importsOf, sources } from '../../house/imports.ts';
import { createPlayer } from '../player.ts';
import { type Consumer, installBuilt, manifest, name, root } from './consumer.ts';

let packed: Consumer;
beforeAll(() => {
  packed = installBuilt();
  for (const other of ['@aws-sdk/client-gameliftstreams', '@types/node']) packed.lend(other);
});
afterAll(() => packed.remove());

describe("the emulator's package", () => {
  it('has compiled code, declarations, the film, the input module and a licence, and no source', () => {
    const files = readdirSync(packed.installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(packed.installed.length + 1)
          .replaceAll('\\', '/'),
      );
    const expected =
      /^(package\.json|README\.md|dist\/(LICENSE|web-sdk-protocol\.js|clip\/clip\.h264|(index|main|shared-\w+)\.c?js(\.map)?|([\w-]+\/)?[\w-]+\.d\.c?ts))$/;
    expect(files.filter((file) => !expected.test(file))).toEqual([]);
    for (const file of ['dist/LICENSE', 'dist/web-sdk-protocol.js', 'dist/clip/clip.h264', 'dist/main.js'])
      expect(files).toContain(file);
  });

  it('depends on what its code imports, and on nothing else', () => {
    const imported = sources('emulator')
      .filter(({ path }) => !/\.mjs$|render\.ts$/.test(path))
      .flatMap(importsOf)
      .map(({ to }) => to)
      .filter((to) => !to.includes('/') && !to.startsWith('node:'));
    expect(new Set(imported)).toEqual(new Set(Object.keys(manifest.dependencies)));
  });

  it('imports nothing else of the repository, but to build itself', () => {
    const imported = sources('emulator')
      .flatMap(importsOf)
      .filter(({ to }) => to.includes('/') && !/^(emulator\/|node:)/.test(to));
    expect(imported.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'emulator/build.mjs launch/install.mjs',
      'emulator/build.mjs launch/node.mjs',
    ]);
  });

  it('takes the versions of its dependencies that this repository is tested with', () => {
    const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const all = { ...own.dependencies, ...own.devDependencies };
    for (const [dependency, version] of Object.entries(manifest.dependencies))
      expect(all[dependency], dependency).toBe(version);
  });

  it('pleases publint', async () => {
    const { messages, pkg } = await publint({ pkgDir: packed.installed, pack: false, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });

  it('has types that fit its code, for whoever imports or requires it', async () => {
    const data = new Uint8Array(readFileSync(packed.tarball));
    const checked = await checkPackage(createPackageFromTarballData(data), { entrypoints: ['.'] });
    if (!checked.types) throw new Error('the package has no types');
    expect(checked.problems).toEqual([]);
  });
});

const SUITE = `
import { startEmulator, type Drop, type Emulator, type Settings } from '${name}';
export async function open(): Promise<Emulator> {
  const emulator = await startEmulator({ clock: 'manual', settings: { lossNoticeSeconds: 5, quotas: { GetStreamGroup: 1 } } });
  const drop: Drop = { how: 'blackout', seconds: 4 };
  emulator.dropClient('x', drop);
  emulator.hold({ operation: 'GetStreamSession', at: 'answer' }).release();
  const never: Settings['signallingConnectSeconds'] = 'never';
  emulator.changeSettings({ signallingConnectSeconds: never });
  await emulator.advance(5);
  return emulator;
}
// @ts-expect-error types were found, and are strict
startEmulator({ clock: 'broken' });
// @ts-expect-error also those of the settings
startEmulator({ settings: { peer: 'real' } });
`;

it('the installed package streams its film to a real WebRTC client, and gives it the input module', async () => {
  const { startEmulator, shutdownWebRtc }: typeof import('../../../emulator/index.ts') = await import(
    /* @vite-ignore */ pathToFileURL(join(packed.installed, 'dist', 'index.js')).href
  );
  const emulator = await startEmulator({ settings: { activationSeconds: 0, clientSilenceSeconds: 1000 } });
  const { url: endpoint, region, credentials, streamGroupId: Identifier, applicationId } = emulator;
  const client = new GameLiftStreamsClient({ endpoint, region, credentials });
  const player = await createPlayer();
  const { Arn } = await client.send(
    new StartStreamSessionCommand({
      Identifier,
      ApplicationIdentifier: applicationId,
      Protocol: 'WebRTC',
      SignalRequest: player.signalRequest,
    }),
  );
  const StreamSessionIdentifier = String(Arn?.split('/').at(-1));
  const look = () => client.send(new GetStreamSessionCommand({ Identifier, StreamSessionIdentifier }));
  await expect.poll(async () => (await look()).SignalResponse).toBeTypeOf('string');
  const response = String((await look()).SignalResponse);
  player.accept(response);
  await expect.poll(() => player.packets.length).toBeGreaterThan(50);
  expect(emulator.streamSession(StreamSessionIdentifier)).toMatchObject({
    status: 'CONNECTED',
    peer: 'webrtc',
  });
  const script = await fetch(JSON.parse(response).webSdkProtocolUrl);
  expect(await script.text()).toContain('GameCastInputModule');
  player.close();
  client.destroy();
  await emulator.close();
  await shutdownWebRtc();
});

describe("a team's test suite finds the types", () => {
  it.each([
    ['as an ES module of Node', 'suite.mts', { module: 'nodenext' }],
    ['as CommonJS of Node', 'suite.cts', { module: 'nodenext' }],
    ['as CommonJS under node16', 'suite.cts', { module: 'node16' }],
    ['through a bundler', 'suite.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('%s', (_what, file, options) => {
    writeFileSync(join(packed.folder, file), SUITE);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022'],
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
      noEmit: true,
      ...options,
    };
    writeFileSync(join(packed.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    run(process.execPath, [compiler, '-p', packed.folder], packed.folder);
  });
});

describe('the README of the package', () => {
  const readme = readFileSync(join(root, 'emulator', 'README.md'), 'utf8');
  const [, code = ''] = /## In a test suite\n\n```js\n([\s\S]*?)```/.exec(readme) ?? [];

  it('shows a test suite that runs, with a fault, a gate and time', () => {
    writeFileSync(join(packed.folder, 'suite.mjs'), code);
    expect(run(process.execPath, ['suite.mjs'], packed.folder)).toBe('ACTIVE\nconnectionTimeout\n');
  });

  it('shows one that runs as CommonJS too', () => {
    const required = code.replaceAll(/import (\{[^}]+\}) from ('[^']+');/g, 'const $1 = require($2);');
    writeFileSync(join(packed.folder, 'suite.cjs'), `(async () => {${required}})();`);
    expect(run(process.execPath, ['suite.cjs'], packed.folder)).toBe('ACTIVE\nconnectionTimeout\n');
  });
});
