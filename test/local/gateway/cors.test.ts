import { afterEach, expect, test } from 'vitest';
import type { CorsModel } from '../../../local/template/model.ts';
import { corsModel, routeModel, send, type TestGateway, testGateway } from './support.ts';

let gateway: TestGateway;
afterEach(() => gateway.close());

const origin = 'https://play.example';
const locked = { kind: 'jwt', issuer: 'https://issuer.example', audience: ['a'], scopes: ['play'] } as const;

async function start(cors: CorsModel | undefined, functionHeaders: Record<string, string> = {}) {
  gateway = await testGateway(
    [
      routeModel('POST /v1/things', { authorizer: { ...locked, audience: ['a'], scopes: ['play'] } }),
      routeModel('GET /v1/open'),
    ],
    {
      ...(cors ? { cors } : {}),
      answer: () => ({
        ok: true,
        payload: JSON.stringify({ statusCode: 200, headers: functionHeaders, body: 'ok' }),
      }),
    },
  );
}

const preflight = (headers: Record<string, string>) =>
  send(gateway.url, 'OPTIONS', '/v1/things', { headers });
const cors = (headers: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control-')));

test('the preflight of an allowed page gets its response from the gateway, without authorizer and function', async () => {
  await start(corsModel());
  const answer = await preflight({ origin, 'access-control-request-method': 'POST' });
  expect(answer.status).toBe(204);
  expect(cors(answer.headers)).toEqual({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'authorization,content-type',
    'access-control-expose-headers': 'retry-after',
    'access-control-max-age': '600',
  });
  expect(answer.headers.vary).toBe('origin');
  expect(gateway.events).toEqual([]);
});

test.for(['https://evil.example', 'https://play.example.evil.example', 'http://play.example', 'null'])(
  'a page on %s gets no CORS header that allows it anything',
  async (stranger) => {
    await start(corsModel());
    const asked = await preflight({ origin: stranger, 'access-control-request-method': 'POST' });
    expect(asked.status).toBe(204);
    expect(cors(asked.headers)).toEqual({});
    const answer = await send(gateway.url, 'GET', '/v1/open', { headers: { origin: stranger } });
    expect(cors(answer.headers)).toEqual({});
  },
);

test('an OPTIONS that is no preflight gets an empty 204 without CORS headers', async () => {
  await start(corsModel());
  const answer = await preflight({ origin });
  expect(answer.status).toBe(204);
  expect(cors(answer.headers)).toEqual({});
});

test('a page can read the function’s response, with the gateway’s CORS headers instead of the function’s', async () => {
  await start(corsModel(), {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Credentials': 'true',
    Vary: 'accept',
  });
  const answer = await send(gateway.url, 'GET', '/v1/open', { headers: { origin } });
  expect(cors(answer.headers)).toEqual({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
  });
  expect(answer.headers.vary).toBe('accept, origin');
});

test('a page can read that its token was refused', async () => {
  await start(corsModel());
  const answer = await send(gateway.url, 'POST', '/v1/things', { headers: { origin } });
  expect(answer.status).toBe(401);
  expect(answer.headers['access-control-allow-origin']).toBe(origin);
});

test.for([
  ['*', false, '*'],
  ['*', true, origin],
  ['https://*', false, origin],
  ['http://*', false, undefined],
] as const)(
  'allowed origin %s with credentials %s allows %s',
  async ([allowed, allowCredentials, expected]) => {
    await start(corsModel({ allowOrigins: [allowed], allowCredentials }));
    const { headers } = await send(gateway.url, 'GET', '/v1/open', { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe(expected);
    expect(headers['access-control-allow-credentials']).toBe(
      allowCredentials && expected !== undefined ? 'true' : undefined,
    );
  },
);

test('an API without CORS leaves the function’s headers alone and has no preflight', async () => {
  await start(undefined, { 'Access-Control-Allow-Origin': '*' });
  const answer = await send(gateway.url, 'GET', '/v1/open', { headers: { origin } });
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  expect((await preflight({ origin, 'access-control-request-method': 'POST' })).status).toBe(404);
});
