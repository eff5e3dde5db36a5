import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type GatewayAnswer, gatewayAnswers } from '../../../local/gateway/answers.ts';
import type { RouteModel } from '../../../local/template/model.ts';
import {
  type Answer,
  corsModel,
  routeModel,
  send,
  type TestGateway,
  testGateway,
  testIssuer,
} from './support.ts';

let gateway: TestGateway;
afterEach(() => gateway.close());

const origin = 'https://play.example';
const json = { 'content-type': 'application/json', origin };

async function provoke(
  route: Partial<RouteModel>,
  request: (url: string) => Promise<Answer>,
  answer?: Parameters<typeof testGateway>[1] extends infer O ? NonNullable<O> : never,
): Promise<Answer> {
  gateway = await testGateway([routeModel('POST /v1/things', route)], { cors: corsModel(), ...answer });
  return request(gateway.url);
}

/** A request over HTTP for each response that API Gateway makes by itself. */
const provocations: Record<GatewayAnswer, () => Promise<Answer>> = {
  badRequest: () => provoke({}, (url) => send(url, 'POST', '/v1/things/%zz', { headers: json })),
  unauthorized: async () => {
    const authorizer = {
      kind: 'jwt',
      issuer: 'https://issuer.example',
      audience: ['a'],
      scopes: [],
    } as const;
    return provoke({ authorizer: { ...authorizer, audience: ['a'], scopes: [] } }, (url) =>
      send(url, 'POST', '/v1/things', { headers: json }),
    );
  },
  forbidden: async () => {
    const issuer = await testIssuer();
    const headers = { ...json, authorization: `Bearer ${await issuer.token({ scope: 'openid' })}` };
    const answer = await provoke({ authorizer: issuer.authorizer() }, (url) =>
      send(url, 'POST', '/v1/things', { headers }),
    );
    await issuer.close();
    return answer;
  },
  notFound: () => provoke({}, (url) => send(url, 'GET', '/v1/things', { headers: json })),
  requestTooLarge: () =>
    provoke({}, (url) => send(url, 'POST', '/v1/things', { headers: json, body: 'x'.repeat(10_485_761) })),
  tooManyRequests: () =>
    provoke({ throttle: { rateLimit: 0.001, burstLimit: 1 } }, async (url) => {
      expect((await send(url, 'POST', '/v1/things', { headers: json })).status).toBe(200);
      return send(url, 'POST', '/v1/things', { headers: json });
    }),
  headersTooLarge: () =>
    provoke({}, (url) =>
      send(url, 'POST', '/v1/things', { headers: { ...json, 'x-big': 'x'.repeat(10_240) } }),
    ),
  internalServerError: () =>
    provoke({}, (url) => send(url, 'POST', '/v1/things', { headers: json }), {
      answer: () => ({ ok: false, errorType: 'Error', errorMessage: 'secret detail' }),
    }),
  serviceUnavailable: () =>
    provoke({ integrationTimeoutMs: 50 }, (url) => send(url, 'POST', '/v1/things', { headers: json }), {
      answer: () => new Promise(() => {}),
    }),
};

test.for(Object.keys(gatewayAnswers) as GatewayAnswer[])(
  'a client gets %s exactly as docs/protocol.md lists it',
  async (name) => {
    const expected = gatewayAnswers[name];
    const answer = await provocations[name]();
    expect(answer.status).toBe(expected.status);
    expect(answer.body).toBe(JSON.stringify({ message: expected.message }));
    expect(answer.headers['content-type']).toBe(expected.json ? 'application/json' : undefined);
    expect(answer.headers['access-control-allow-origin']).toBe(expected.cors ? origin : undefined);
    expect(answer.headers['apigw-requestid']).toMatch(/^[-_A-Za-z0-9]{15}=$/);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(answer.body).not.toContain('secret');
  },
);

test('a body under 10 MB that is too large for an event gets 413, not a failure', async () => {
  const answer = await provoke({}, (url) =>
    send(url, 'POST', '/v1/things', { headers: json, body: 'x'.repeat(7_000_000) }),
  );
  expect(answer.status).toBe(413);
  expect(gateway.events).toEqual([]);
});

test('a route whose function API Gateway may not invoke gets 500, and the function does not run', async () => {
  const answer = await provoke({ invokeAllowed: false }, (url) => send(url, 'POST', '/v1/things', {}));
  expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  expect(gateway.events).toEqual([]);
});

test('a route whose function has no concurrency gets 503', async () => {
  const answer = await provoke({}, (url) => send(url, 'POST', '/v1/things', {}), {
    answer: () => ({ ok: false, errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' }),
  });
  expect(answer.status).toBe(503);
});

/** The gateway's response to raw bytes, until it closes the connection. */
function answerTo(bytes: string, url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(bytes));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text));
  });
}

test('a request without a Host, or with an unknown expectation, gets the gateway’s response and not an empty one of Node', async () => {
  gateway = await testGateway([routeModel('GET /v1/things')]);
  const nameless = await answerTo('GET /v1/things HTTP/1.1\r\nconnection: close\r\n\r\n', gateway.url);
  expect(nameless).toMatch(/^HTTP\/1\.1 400 [\s\S]+\{"message":"Bad Request"\}$/);
  const expecting =
    'GET /v1/things HTTP/1.1\r\nhost: x\r\nexpect: the-unexpected\r\nconnection: close\r\n\r\n';
  expect(await answerTo(expecting, gateway.url)).toMatch(/^HTTP\/1\.1 200 [\s\S]+\r\n\r\n./);
});

test('bytes that are not HTTP get 400 and do not end the gateway', async () => {
  gateway = await testGateway([routeModel('GET /v1/things')]);
  const reply = await answerTo('\u0000\u0001nonsense\r\n\r\n', gateway.url);
  expect(reply).toMatch(/^HTTP\/1\.1 400 /);
  expect((await send(gateway.url, 'GET', '/v1/things')).status).toBe(200);
});
