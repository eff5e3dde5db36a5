/** The probe's own bundle, as `cdk deploy` would upload it, asks the local gateway and servers that fail in each way. */
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bundle } from '../../../infra/functions/bundling/bundle.ts';
import { temporaryDirectory } from '../../temporary.ts';
import { routeModel, testGateway, testIssuer } from '../gateway/support.ts';
import { functionModel, testPool } from './support.ts';

let assetDirectory: string;
beforeAll(() => {
  assetDirectory = temporaryDirectory();
  bundle('probe', assetDirectory);
});

/** Invokes the probe of this address; undefined when it is content. */
async function probe(API_URL: string, more: Record<string, string> = {}): Promise<string | undefined> {
  const environment = { API_URL, POWERTOOLS_SERVICE_NAME: 'rejoin', POWERTOOLS_LOG_LEVEL: 'INFO', ...more };
  const result = await testPool(functionModel('', { assetDirectory, environment })).invoke('Fn', {});
  return result.ok ? undefined : result.errorMessage;
}

/** The address of a server until the test ends. */
async function listening(server: Server, scheme: 'http' | 'https' = 'http'): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const answering = (listener: RequestListener) => listening(createServer(listener));

/** The player API's route, behind its authorizer or with other properties. */
async function gateway(changes: Parameters<typeof routeModel>[1]): Promise<string> {
  const started = await testGateway([routeModel('GET /v1/streamsessions', changes)]);
  onTestFinished(() => started.close());
  return started.url;
}

test('an API that refuses a request without a token is well, and no function of it runs', async () => {
  const issuer = await testIssuer();
  onTestFinished(() => issuer.close());
  const api = await testGateway([routeModel('GET /v1/streamsessions', { authorizer: issuer.authorizer() })]);
  onTestFinished(() => api.close());
  expect(await probe(api.url)).toBeUndefined();
  expect(api.log.map(({ routeKey, status }) => [routeKey, status])).toEqual([
    ['GET /v1/streamsessions', 401],
  ]);
  expect(api.events).toEqual([]);
});

describe('the probe fails, and says why', () => {
  test('when DNS has no such name', async () => {
    expect(await probe('https://rejoin-probe.invalid')).toMatch(
      /^DNS gives no address for the name \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  test('when nobody listens there', async () => {
    const server = createServer();
    const url = await listening(server);
    await new Promise((done) => server.close(done));
    expect(await probe(url)).toBe('no connection (ECONNREFUSED)');
  });

  test('when the connection is cut before an answer', async () => {
    const url = await listening(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    expect(await probe(url)).toMatch(/^no connection \(\S+\)$/);
  });

  test('when the certificate is signed by nobody whom browsers trust', async () => {
    const pem = readFileSync(join(import.meta.dirname, 'untrusted.pem'));
    const server = createTlsServer({ key: pem, cert: pem }, (_, response) => response.writeHead(401).end());
    expect(await probe(await listening(server, 'https'))).toBe(
      'the certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)',
    );
  });

  test('when the answer takes too long', async () => {
    const url = await answering(() => {});
    expect(await probe(url, { PROBE_TIMEOUT_MS: '200' })).toBe('no answer in time');
  });

  test('when the API lets strangers in', async () => {
    expect(await probe(await gateway({}))).toBe('200 instead of 401: the API answers without a token');
  });

  test('when API Gateway fails', async () => {
    expect(await probe(await gateway({ invokeAllowed: false }))).toBe('500 instead of 401');
  });

  test("when the stage's throttle turns everybody away", async () => {
    const throttle = { rateLimit: 0.001, burstLimit: 0 };
    expect(await probe(await gateway({ throttle }))).toBe('429 instead of 401');
  });

  test('when the address leads to something else', async () => {
    const url = await answering((_, response) => response.writeHead(404).end());
    expect(await probe(url)).toBe('404 instead of 401: this address leads to something else');
  });

  test('when the address redirects, which no page would follow', async () => {
    const url = await answering((request, response) => {
      const elsewhere = request.url === '/elsewhere';
      response.writeHead(elsewhere ? 401 : 301, { location: '/elsewhere' }).end();
    });
    expect(await probe(url)).toBe('301 instead of 401');
  });
});

test('each question opens a connection of its own, so DNS and certificate are proven every minute', async () => {
  let connections = 0;
  const server = createServer((_, response) => response.writeHead(401).end('{}'));
  server.on('connection', () => {
    connections += 1;
  });
  const environment = { API_URL: await listening(server), POWERTOOLS_SERVICE_NAME: 'rejoin' };
  const pool = testPool(functionModel('', { assetDirectory, environment }));
  for (const _ of [1, 2, 3]) expect(await pool.invoke('Fn', {})).toMatchObject({ ok: true });
  expect(connections).toBe(3);
});

test('a failure is one line of the log that the saved query of errors finds', async () => {
  const logDirectory = temporaryDirectory();
  const environment = { API_URL: await gateway({}), POWERTOOLS_SERVICE_NAME: 'rejoin' };
  const pool = testPool(functionModel('', { assetDirectory, environment }), { logDirectory });
  await pool.invoke('Fn', {});
  await pool.close();
  const lines = readFileSync(join(logDirectory, 'fn.log'), 'utf8').split('\n');
  expect(lines.filter((line) => line.includes('"level":"ERROR"'))).toEqual([
    expect.stringContaining('"cause":"200 instead of 401: the API answers without a token"'),
  ]);
});
