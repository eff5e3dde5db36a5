import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installPacked, manifest, name, run } from './consumer.ts';

let packed: Consumer;
/** The folder of a developer who has installed only the packed tarball, and the package in it. */
let consumer: string;
let installed: string;

beforeAll(() => {
  packed = installPacked();
  ({ folder: consumer, installed } = packed);
});

afterAll(() => packed.remove());

describe('the package, as `(cd client && npm pack)` makes it', () => {
  test('is an ES module with types and a licence, without dependencies or side effects', () => {
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false, license: 'Apache-2.0' });
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
    expect(manifest).not.toHaveProperty('private');
    expect(readFileSync(join(installed, 'dist', 'LICENSE'), 'utf8')).toContain('Apache License');
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(
      files.filter(
        (file) =>
          !/^(dist|package\.json|README\.md|dist[/\\]LICENSE)$/.test(file) &&
          !/^dist[/\\]((index|testing|web-sdk)\.c?js|script\.js)(\.map)?$/.test(file) &&
          !/^dist[/\\][\w-]+\.d\.c?ts$/.test(file),
      ),
    ).toEqual([]);
  });

  test('weighs at most 9.7 KB on the wire', () => {
    const code = readFileSync(join(installed, 'dist', 'index.js'));
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(9700);
  });

  test.each(['index.js', 'index.cjs', 'script.js', 'testing.js', 'testing.cjs'])(
    '%s has a source map with the sources in it, so that a developer debugs readable code',
    (file) => {
      const code = readFileSync(join(installed, 'dist', file), 'utf8');
      expect(code).toContain(`//# sourceMappingURL=${file}.map`);
      const map = JSON.parse(readFileSync(join(installed, 'dist', `${file}.map`), 'utf8'));
      const at = map.sources.indexOf(
        file.startsWith('testing') ? '../src/fake-stream.ts' : '../src/stream.ts',
      );
      expect(map.sources.filter((source: string) => !source.startsWith('../src/'))).toEqual([]);
      expect(map.sourcesContent[at]).toContain('/** ');
    },
  );

  test('imports nothing', () => {
    expect(readFileSync(join(installed, 'dist', 'index.js'), 'utf8')).not.toMatch(/\bimport\b|\brequire\(/);
  });
});

/** A session that starts, is cut, comes back, and ends. The developer's folder runs it. */
const STORY = `
(async () => {
const session = { streamGroupId: 'sg-1', streamSessionId: 'ss-1', status: 'CONNECTED', connectionTimeoutSeconds: 120,
  createdAt: '2026-01-01T00:00:00.000Z' };
const calls = [];
let connections = 0;
const fetch = async (url, { method = 'GET', body }) => {
  calls.push(method + ' ' + url.replace('https://api.example/v1', '') + ' ' + (body ?? ''));
  if (method === 'DELETE') return new Response(null, { status: 204 });
  if (url.endsWith('/ss-1')) return Response.json({ streamSession: { ...session, status: 'PENDING_CLIENT_RECONNECTION' } });
  if (method === 'GET') return new Response('{"message":"Forbidden"}', { status: 403 });
  connections += 1;
  if (connections === 2) {
    const problem = { code: 'session_not_reconnectable', retry: 'newOffer', retryAfterMs: 20 };
    return new Response(JSON.stringify(problem), { status: 409 });
  }
  return Response.json({ streamSession: session, signalResponse: 'answer', connectionId: 'c-' + connections }, { status: 201 });
};
const sdks = [];
const events = [];
const stream = createStream({
  api: 'https://api.example/',
  streamGroupId: 'sg-1',
  createGameLiftStreams(connection) {
    const sdk = {
      connection,
      generateSignalRequest: async () => 'offer ' + sdks.length,
      processSignalResponse: async () => {},
      attachInput() {},
      close() {},
      getVideoRTCStats: async () => new Map([['v', { type: 'inbound-rtp', framesDecoded: 1, packetsReceived: Date.now() }]]),
    };
    sdks.push(sdk);
    return sdk;
  },
  getAccessToken: () => 'token',
  onEvent: ({ name }) => events.push(name),
  environment: { fetch, random: () => 0, uuid: () => 'key' },
});
const names = [];
const back = new Promise((resolve) => {
  stream.subscribe(({ name }) => {
    if (names.at(-1) !== name) names.push(name);
    if (names.join() === 'connecting,connected,reconnecting,connected') resolve();
  });
});
const refused = await stream.find().catch((error) => error);
await stream.start({ applicationIdentifier: 'a-1' });
sdks.at(-1).connection.channelError(new Error('cut'));
await back;
const ended = await stream.end();
console.log(JSON.stringify({ names, events, calls, ended, refused: [refused instanceof RejoinError, refused.ending.code] }));
})();
`;

const ESM = `import { createStream, RejoinError } from '${name}';${STORY}`;
const COMMONJS = `const { createStream, RejoinError } = require('${name}');${STORY}`;

function expectStory(output: string): void {
  const group = '/streamgroups/sg-1/streamsessions';
  expect(JSON.parse(output)).toMatchObject({
    names: ['connecting', 'connected', 'reconnecting', 'connected', 'ending', 'ended'],
    events: [
      'asked',
      'answered',
      'first_frame',
      'lost',
      'asked',
      'refused',
      'asked',
      'answered',
      'first_frame',
    ],
    calls: [
      'GET /streamsessions ',
      `POST ${group} {"applicationIdentifier":"a-1","signalRequest":"offer 1"}`,
      expect.stringMatching(
        `^POST ${group}/ss-1/connections {"signalRequest":"offer 2","previousConnectionId":"c-1","silentMs":\\d+}$`,
      ),
      `GET ${group}/ss-1 `,
      expect.stringMatching(
        `^POST ${group}/ss-1/connections {"signalRequest":"offer 2","previousConnectionId":"c-1","silentMs":\\d+}$`,
      ),
      expect.stringMatching(
        `^POST ${group}/ss-1/recoveries {"outcome":"replaced","why":"channel_error","silentMs":[\\d.]+,"attempts":2,"agoMs":[\\d.]+}$`,
      ),
      `DELETE ${group}/ss-1 `,
    ],
    ended: { name: 'ended', reason: 'ended_by_player', session: { streamSessionId: 'ss-1' } },
    refused: [true, 'gateway'],
  });
}

describe('a developer who has installed the packed tarball', () => {
  test('uses it from a plain ES module', () => {
    writeFileSync(join(consumer, 'story.js'), ESM);
    expectStory(run(process.execPath, ['story.js'], consumer));
  });

  test('uses it from CommonJS', () => {
    writeFileSync(join(consumer, 'story.cjs'), COMMONJS);
    expectStory(run(process.execPath, ['story.cjs'], consumer));
  });

  test('uses it from a script, which makes one global and needs no bundler', () => {
    // As a browser runs scripts: in the global scope, where there are no modules.
    const scripts = `
      const { runInThisContext } = require('node:vm');
      const before = Object.keys(globalThis);
      runInThisContext(require('node:fs').readFileSync(require.resolve('${name}/script.js'), 'utf8'));
      if (typeof rejoinClient.createStream !== 'function') throw new Error('no global');
      const made = Object.keys(globalThis).filter((key) => !before.includes(key));
      if (made.join() !== 'rejoinClient') throw new Error('the script makes ' + made);
      const { createStream, RejoinError } = rejoinClient;${STORY}`;
    writeFileSync(join(consumer, 'script.cjs'), scripts);
    expectStory(run(process.execPath, ['script.cjs'], consumer));
  });

  test('uses it through a bundler', async () => {
    await build({
      stdin: { contents: ESM, resolveDir: consumer },
      outfile: join(consumer, 'bundle', 'story.js'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
    });
    mkdirSync(join(consumer, 'elsewhere'));
    cpSync(join(consumer, 'bundle', 'story.js'), join(consumer, 'elsewhere', 'story.mjs'));
    expectStory(run(process.execPath, ['story.mjs'], join(consumer, 'elsewhere')));
  });

  test('ships nothing that is imported and not used', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `import { createStream } from '${name}'; import '${name}/web-sdk'; console.log(1);`,
        resolveDir: consumer,
      },
      write: false,
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
    });
    expect(outputFiles[0]?.text.trim()).toBe('console.log(1);');
  });
});
