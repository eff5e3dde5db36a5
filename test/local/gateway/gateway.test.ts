import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createBucket } from '../../../local/gateway/throttle.ts';
import { routeModel, send, type TestGateway, testGateway } from './support.ts';

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

test.for(['http://issuer.example', 'ftp://127.0.0.1', 'nonsense'])(
  'the issuer %s, whose keys an attacker in the network could replace, is refused at start',
  async (issuer) => {
    const authorizer = { kind: 'jwt' as const, issuer, audience: [], scopes: [] };
    await expect(testGateway([routeModel('GET /v1/a', { authorizer })])).rejects.toThrow(issuer);
  },
);

test('a port in use is an error that names it', async () => {
  gateway = await testGateway([]);
  const port = Number(new URL(gateway.url).port);
  const { startGateway } = await import('../../../local/gateway/gateway.ts');
  const api = { logicalId: 'A', apiId: 'a', name: 'a', routes: [] };
  await expect(
    startGateway({
      port,
      api,
      accountId: '0',
      region: 'r',
      invoke: async () => ({ ok: true, payload: '' }),
    }),
  ).rejects.toThrow(String(port));
});

test('a route’s limit lets its burst through, then its rate, and never more than the burst at once', () => {
  let now = 0;
  const take = createBucket({ rateLimit: 2, burstLimit: 3 }, () => now);
  const taken = (count: number) => Array.from({ length: count }, take).filter(Boolean).length;
  expect(taken(5)).toBe(3);
  now = 499;
  expect(taken(1)).toBe(0);
  now = 500;
  expect(taken(2)).toBe(1);
  now = 1_000_000;
  expect(taken(5)).toBe(3);
});

test('one route’s limit does not use up another’s', async () => {
  const throttle = { rateLimit: 0.001, burstLimit: 1 };
  gateway = await testGateway([routeModel('GET /v1/a', { throttle }), routeModel('GET /v1/b', { throttle })]);
  const statuses = [];
  for (const path of ['/v1/a', '/v1/a', '/v1/b'])
    statuses.push((await send(gateway.url, 'GET', path)).status);
  expect(statuses).toEqual([200, 429, 200]);
});

test('a client that disconnects in the middle of its body does not end the gateway', async () => {
  gateway = await testGateway([routeModel('POST /v1/a')]);
  const { log, url } = gateway;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST /v1/a HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf', () => socket.destroy());
  await expect.poll(() => log).toHaveLength(1);
  expect(log[0]?.error).toBe('the client went away');
  expect((await send(url, 'POST', '/v1/a')).status).toBe(200);
});

test('a client that disconnects while the function runs does not end the gateway', async () => {
  let finish = () => {};
  const working = new Promise<void>((resolve) => {
    finish = resolve;
  });
  gateway = await testGateway([routeModel('GET /v1/a')], {
    answer: () => working.then(() => ({ ok: true, payload: '"late"' })),
  });
  const { events, log, url } = gateway;
  const request = httpRequest(`${url}/v1/a`).on('error', () => {});
  request.end();
  await expect.poll(() => events).toHaveLength(1);
  request.destroy();
  finish();
  await expect.poll(() => log).toHaveLength(1);
  expect((await send(url, 'GET', '/v1/a')).status).toBe(200);
});

test('one connection serves request after request, also after an unread or too long body', async () => {
  gateway = await testGateway([routeModel('POST /v1/a')]);
  const { port } = new URL(gateway.url);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const post = (path: string, body: string, headers = {}) =>
    new Promise<[status: number | undefined, localPort: number | undefined]>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', method: 'POST', path, agent, headers };
      const request = httpRequest(options, (response) => {
        const { localPort } = response.socket;
        response.resume().on('end', () => resolve([response.statusCode, localPort]));
      });
      request.on('error', reject).end(body);
    });
  const answers = [
    await post('/v1/none', 'x'.repeat(200_000)),
    await post('/v1/a', 'y'),
    // Without a content-length, the gateway sees the size only while it reads.
    await post('/v1/a', 'x'.repeat(12_000_000), { 'transfer-encoding': 'chunked' }),
    await post('/v1/a', 'z'),
  ];
  agent.destroy();
  expect(answers.map(([status]) => status)).toEqual([404, 200, 413, 200]);
  expect(new Set(answers.map(([, localPort]) => localPort)).size).toBe(1);
});

test('a query string, which may carry secrets, never reaches the access log', async () => {
  gateway = await testGateway([routeModel('GET /v1/a')]);
  await send(gateway.url, 'GET', '/v1/a?token=hunter2');
  expect(gateway.log[0]).toMatchObject({
    method: 'GET',
    path: '/v1/a',
    routeKey: 'GET /v1/a',
    status: 200,
    bytes: 2,
  });
  expect(JSON.stringify(gateway.log)).not.toContain('hunter2');
});

test('closing lets a request under way finish', async () => {
  let finish = () => {};
  const working = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const closing = await testGateway([routeModel('GET /v1/a')], {
    answer: () => working.then(() => ({ ok: true, payload: '"done"' })),
  });
  const answer = send(closing.url, 'GET', '/v1/a');
  await expect.poll(() => closing.events).toHaveLength(1);
  const closed = closing.close();
  finish();
  expect((await answer).body).toBe('done');
  await closed;
  await expect(send(closing.url, 'GET', '/v1/a')).rejects.toThrow('ECONNREFUSED');
});
