import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const client = join(root, 'client');
const manifest = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));

/** The folder of a developer who has installed only the packed tarball. */
let consumer: string;
let installed: string;

function run(command: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(status, stdout + stderr).toBe(0);
  return stdout;
}

beforeAll(() => {
  consumer = mkdtempSync(join(tmpdir(), 'rejoin-client-'));
  installed = join(consumer, 'node_modules', 'rejoin-client');
  // The command of docs/client.md, `(cd client && npm pack)`. Under npm test scripts are ignored, so this enables them.
  run(
    'npm',
    ['pack', '--ignore-scripts=false', '--offline', '--silent', '--pack-destination', consumer],
    client,
  );
  mkdirSync(installed, { recursive: true });
  const tarball = join(consumer, `rejoin-client-${manifest.version}.tgz`);
  run('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1'], consumer);
  writeFileSync(join(consumer, 'package.json'), '{"type": "module"}');
});

afterAll(() => rmSync(consumer, { recursive: true, force: true }));

describe('the package', () => {
  test('is an ES module with types and a licence, without dependencies or side effects', () => {
    expect(manifest).toMatchObject({ type: 'module', sideEffects: false, license: 'Apache-2.0' });
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
    expect(manifest).not.toHaveProperty('private');
    for (const file of ['types', 'default']) {
      expect(readFileSync(join(installed, manifest.exports['.'][file]), 'utf8')).not.toBe('');
    }
    expect(readFileSync(join(installed, 'dist', 'LICENSE'), 'utf8')).toContain('Apache License');
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(
      files.filter(
        (file) => !/^(dist|package\.json|README\.md|dist[/\\](index\.js|LICENSE|[\w-]+\.d\.ts))$/.test(file),
      ),
    ).toEqual([]);
  });

  test('weighs at most 9 KB on the wire', () => {
    const code = readFileSync(join(installed, 'dist', 'index.js'));
    expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(9216);
  });

  test('imports nothing', () => {
    expect(readFileSync(join(installed, 'dist', 'index.js'), 'utf8')).not.toMatch(/\bimport\b|\brequire\(/);
  });
});

/** A session that starts, is cut, comes back, and ends. The developer's folder runs it. */
const STORY = `
import { createStream, RejoinError } from 'rejoin-client';

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
`;

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
      `DELETE ${group}/ss-1 `,
    ],
    ended: { name: 'ended', reason: 'ended_by_player', session: { streamSessionId: 'ss-1' } },
    refused: [true, 'gateway'],
  });
}

describe('a developer who has installed the packed tarball', () => {
  test('uses it from a plain ES module', () => {
    writeFileSync(join(consumer, 'story.js'), STORY);
    expectStory(run(process.execPath, ['story.js'], consumer));
  });

  test('uses it through a bundler', async () => {
    await build({
      stdin: { contents: STORY, resolveDir: consumer },
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
        contents: "import { createStream } from 'rejoin-client'; console.log(1);",
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

  test.each([
    ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
    ['Node', { module: 'nodenext' }],
  ])('has its types, resolved as %s does', (_what, options) => {
    writeFileSync(
      join(consumer, 'page.ts'),
      `import { createStream, type StreamState } from 'rejoin-client';
       const stream = createStream({
         api: 'https://api.example', streamGroupId: 'sg-1', getAccessToken: async () => 'token',
         createGameLiftStreams: () => ({ generateSignalRequest: async () => '', processSignalResponse: async () => {}, close() {}, extra: 5 }),
       });
       export const extra: number | undefined = stream.sdk?.extra;
       export const name: 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'ending' | 'ended' = stream.state.name;
       export const place = (state: StreamState): number | undefined =>
         state.name === 'reconnecting' ? state.wait?.queuePosition : undefined;
       // @ts-expect-error types were found, and are strict
       stream.start(5);`,
    );
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      types: [],
      strict: true,
      noEmit: true,
      ...options,
    };
    writeFileSync(join(consumer, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['page.ts'] }));
    run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', consumer], consumer);
  });
});
