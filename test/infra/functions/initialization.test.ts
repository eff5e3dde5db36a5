import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle } from '../../../infra/functions/bundling/bundle.ts';
import { playerRoutes } from '../../../infra/routes/player-routes.ts';
import { ofType, templateOf, withProvider } from '../synth.ts';

let directory: string;
let server: Server;
let url: string;
let reached: { connections: number; requests: number };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rejoin-initialization-'));
  bundle('reconnect', directory);
  server = createServer((_request, answer) => {
    reached.requests++;
    answer.end('{}');
  });
  server.on('connection', () => reached.connections++);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  reached = { connections: 0, requests: 0 };
});
afterAll(() => {
  rmSync(directory, { recursive: true });
  server.closeAllConnections();
  server.close();
});

/** The variables of the deployed reconnect function. */
function environment(settings: object): Record<string, string> {
  const functions = ofType(templateOf({ ...withProvider, ...settings }), 'AWS::Lambda::Function');
  const { does } = playerRoutes.find(({ name }) => name === 'reconnect') ?? {};
  const [{ Properties }] = functions.flatMap(([, fn]) =>
    fn.Properties.Description === does ? [fn] : [],
  ) as [(typeof functions)[0][1]];
  const { Variables } = Properties.Environment;
  const texts = Object.entries(Variables).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : 'Sessions',
  ]);
  return { ...Object.fromEntries(texts), AWS_REGION: 'us-west-2', AWS_LAMBDA_FUNCTION_NAME: 'reconnect' };
}

/** Loads the bundle in a process of its own, which logs at debug. */
async function load(env: Record<string, string>) {
  const script = `await import(${JSON.stringify(pathToFileURL(join(directory, 'index.mjs')).href)});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: directory,
    env: {
      ...env,
      POWERTOOLS_LOG_LEVEL: 'DEBUG',
      TABLE_TIMEOUT_MS: '60000',
      GAMELIFTSTREAMS_TIMEOUT_MS: '60000',
    },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text));
  const status = await new Promise((exited) => child.once('close', exited));
  return { status, printed };
}

const KEYS = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' };
const at = (address: string) => ({
  AWS_ENDPOINT_URL_DYNAMODB: address,
  AWS_ENDPOINT_URL_GAMELIFTSTREAMS: address,
});

describe('the reconnect function initializes', () => {
  it.each([
    ['', {}],
    [
      ' behind a proxy whose secret it does not know',
      {
        edge: { url: 'https://play.example.com', secretSha256: ['ab'.repeat(32)] },
      },
    ],
  ])(
    'by a whole reconnect that reaches neither table nor AWS nor the log%s, with a connection to each',
    async (_what, settings) => {
      expect(await load({ ...environment(settings), ...KEYS, ...at(url) })).toEqual({
        status: 0,
        printed: '',
      });
      expect(reached).toEqual({ connections: 2, requests: 0 });
    },
  );

  it('where nothing can be reached', async () => {
    const env = { ...environment({}), ...KEYS, ...at('http://127.0.0.1:9') };
    expect(await load(env)).toEqual({ status: 0, printed: '' });
  });

  it('where a rehearsal fails, and says so at debug without a secret', async () => {
    const { status, printed } = await load({ ...environment({}), ...at(url) });
    expect(status).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({ level: 'DEBUG', message: 'not rehearsed' });
    expect(reached.requests).toBe(0);
  });
});
