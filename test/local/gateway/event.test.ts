import { afterEach, describe, expect, test } from 'vitest';
import type { InvokeResult } from '../../../local/functions/pool.ts';
import { routeModel, send, type TestGateway, testGateway } from './support.ts';

let gateway: TestGateway;
afterEach(() => gateway.close());

describe('a function’s event', () => {
  test('is payload format 2.0, field by field', async () => {
    gateway = await testGateway([routeModel('POST /v1/things/{id}')]);
    await send(gateway.url, 'POST', '/v1/things/a%20b?x=1&y=%2B&x=2&empty=', {
      headers: {
        'Content-Type': 'application/json',
        Cookie: 'a=1; b=2',
        'X-Two': ['one', 'two'],
        'User-Agent': 'test',
        Host: 'api.example',
      },
      body: '{"a":1}',
    });
    expect(gateway.events).toEqual([
      {
        version: '2.0',
        routeKey: 'POST /v1/things/{id}',
        rawPath: '/v1/things/a b',
        rawQueryString: 'x=1&y=%2B&x=2&empty=',
        cookies: ['a=1', 'b=2'],
        headers: {
          'content-type': 'application/json',
          'content-length': '7',
          host: 'api.example',
          'user-agent': 'test',
          'x-two': 'one,two',
          'x-forwarded-for': '127.0.0.1',
          'x-forwarded-port': new URL(gateway.url).port,
          'x-forwarded-proto': 'http',
        },
        queryStringParameters: { x: '1,2', y: '+', empty: '' },
        requestContext: {
          accountId: '000000000000',
          apiId: 'abcde12345',
          domainName: 'abcde12345.execute-api.us-west-2.amazonaws.com',
          domainPrefix: 'abcde12345',
          http: {
            method: 'POST',
            path: '/v1/things/a b',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'test',
          },
          requestId: expect.stringMatching(/^.{15}=$/),
          routeKey: 'POST /v1/things/{id}',
          stage: '$default',
          time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
          timeEpoch: expect.any(Number),
        },
        pathParameters: { id: 'a b' },
        body: '{"a":1}',
        isBase64Encoded: false,
      },
    ]);
  });

  test('leaves out what the request does not have', async () => {
    gateway = await testGateway([routeModel('GET /v1/things')]);
    await send(gateway.url, 'GET', '/v1/things');
    const absent = ['cookies', 'queryStringParameters', 'pathParameters', 'body'];
    expect(Object.keys(gateway.events[0]).filter((key) => absent.includes(key))).toEqual([]);
    expect(gateway.events[0].requestContext).not.toHaveProperty('authorizer');
  });

  test.for([
    ['application/octet-stream', true],
    ['application/x-www-form-urlencoded', true],
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
  ] as const)('a body of %s: base64 %s', async ([type, encoded]) => {
    gateway = await testGateway([routeModel('POST /v1/things')]);
    const body = 'grüße';
    await send(gateway.url, 'POST', '/v1/things', { headers: { 'content-type': type }, body });
    expect(gateway.events[0].isBase64Encoded).toBe(encoded);
    expect(gateway.events[0].body).toBe(encoded ? Buffer.from(body).toString('base64') : body);
  });
});

describe('a function’s result becomes', () => {
  async function answerTo(payload: unknown) {
    const result: InvokeResult = { ok: true, payload: JSON.stringify(payload) };
    gateway = await testGateway([routeModel('GET /v1/things')], { answer: () => result });
    return send(gateway.url, 'GET', '/v1/things');
  }

  test('a response with its status, headers, cookies and body', async () => {
    const answer = await answerTo({
      statusCode: 201,
      headers: { 'Content-Type': 'application/problem+json', 'Retry-After': 3, Connection: 'upgrade' },
      cookies: ['a=1', 'b=2'],
      body: '{}',
    });
    expect(answer).toMatchObject({ status: 201, body: '{}' });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '3',
      'set-cookie': ['a=1', 'b=2'],
      'content-length': '2',
    });
  });

  test('bytes, when the body is in base64', async () => {
    const body = Buffer.from('héllo').toString('base64');
    expect((await answerTo({ statusCode: 200, body, isBase64Encoded: true })).body).toBe('héllo');
  });

  test('text/plain when it names no content type', async () => {
    const answer = await answerTo({ statusCode: 200, body: 'x' });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  });

  test('a 204 without body or length', async () => {
    const answer = await answerTo({ statusCode: 204, body: 'ignored' });
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers['content-length']).toBeUndefined();
  });

  test.for([
    [{ hello: 'world' }, '{"hello":"world"}'],
    ['plain', 'plain'],
    [[1], '[1]'],
    [null, 'null'],
  ] as const)('a 200 in application/json for %j, which has no statusCode', async ([payload, body]) => {
    const answer = await answerTo(payload);
    expect(answer).toMatchObject({ status: 200, body });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test.for([
    { statusCode: 'nonsense' },
    { statusCode: 200.5 },
    { statusCode: 0 },
    { statusCode: 700 },
    { statusCode: 200, headers: 'none' },
    { statusCode: 200, headers: { a: ['b'] } },
    { statusCode: 200, cookies: 'a=1' },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 200, isBase64Encoded: 'yes' },
  ])('a 500 for the malformed %j', async (payload) => {
    expect(await answerTo(payload)).toMatchObject({
      status: 500,
      body: '{"message":"Internal Server Error"}',
    });
  });
});
