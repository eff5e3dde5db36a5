import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { manifestOf, npm, PACKAGES, root } from '../../release/packages.ts';
import { temporaryDirectory } from '../temporary.ts';

/** Needs the npm registry. */
const tarballs = temporaryDirectory();
let printed = '';
beforeAll(() => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['release/main.ts', '--into', tarballs], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
  printed = stdout;
});

test('npm run pack:all packs every package, and each one works where nothing else of this repository is', () => {
  const names = PACKAGES.map((each) => `${manifestOf(each).name}-${manifestOf(each).version}.tgz`);
  expect(readdirSync(tarballs).toSorted()).toEqual(names.toSorted());
  for (const each of PACKAGES)
    expect(printed).toContain(`${manifestOf(each).name} ${manifestOf(each).version}: `);
});

describe('the oldest Node of the emulator’s package', () => {
  const SUITE = `
    const { startEmulator, shutdownWebRtc } = require('${manifestOf({ folder: 'emulator' }).name}');
    const { PeerConnection } = require('node-datachannel');
    (async () => {
      const emulator = await startEmulator({ clock: 'manual' });
      await emulator.advance(60);
      const peer = new PeerConnection('native', { iceServers: [] });
      peer.close();
      await emulator.close();
      await shutdownWebRtc();
      console.log(process.version, 'works');
      process.exit(0);
    })();`;

  test.skipIf(platform() !== 'linux')('runs it, and its native part needs no install script', () => {
    const project = temporaryDirectory();
    writeFileSync(join(project, 'package.json'), '{ "private": true }');
    const { name, version } = manifestOf({ folder: 'emulator' });
    const node = `node-linux-${arch()}`;
    const tarball = join(tarballs, `${name}-${version}.tgz`);
    npm(
      [
        'install',
        '--ignore-scripts',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        tarball,
        `${node}@20.20.2`,
      ],
      project,
    );
    writeFileSync(join(project, 'suite.cjs'), SUITE);
    const old = join(project, 'node_modules', node, 'bin', 'node');
    const { stdout, stderr } = spawnSync(old, ['suite.cjs'], { cwd: project, encoding: 'utf8' });
    expect(stdout, stderr).toBe('v20.20.2 works\n');
  });
});
