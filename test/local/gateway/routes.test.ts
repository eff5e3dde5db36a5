import { afterEach, describe, expect, test } from 'vitest';
import { createRouter } from '../../../local/gateway/routes.ts';
import { routeModel, send, type TestGateway, testGateway } from './support.ts';

describe('a request is served by the most specific route', () => {
  const router = createRouter(
    [
      '$default',
      'ANY /v1/{proxy+}',
      'GET /v1/{a}/live',
      'GET /v1/{a}/{b}',
      'GET /v1/things',
      'ANY /v1/things',
      'GET /v1/{a}',
    ].map((key) => routeModel(key)),
  );
  test.for([
    ['GET', '/v1/things', 'GET /v1/things', undefined],
    ['PUT', '/v1/things', 'ANY /v1/things', undefined],
    ['GET', '/v1/x', 'GET /v1/{a}', { a: 'x' }],
    ['GET', '/v1/x/live', 'GET /v1/{a}/live', { a: 'x' }],
    ['GET', '/v1/x/y', 'GET /v1/{a}/{b}', { a: 'x', b: 'y' }],
    ['GET', '/v1/x/y/z', 'ANY /v1/{proxy+}', { proxy: 'x/y/z' }],
    ['DELETE', '/v1/x', 'ANY /v1/{proxy+}', { proxy: 'x' }],
    ['GET', '/v2', '$default', undefined],
  ] as const)('%s %s goes to %s', ([method, path, routeKey, parameters]) => {
    const match = router(method, path.slice(1).split('/'));
    expect(match?.route.routeKey).toBe(routeKey);
    expect(match?.pathParameters).toEqual(parameters);
  });
});

describe('ids in a path reach the function unchanged', () => {
  let gateway: TestGateway;
  afterEach(() => gateway.close());
  const start = async () => {
    gateway = await testGateway([routeModel('GET /v1/groups/{groupId}/sessions/{sessionId}')]);
  };

  test.for([
    ['an encoded slash does not make two segments', 'a%2Fb', 'a/b'],
    ['dots are not resolved away', '..', '..'],
    ['encoded dots are not resolved away', '%2e%2e', '..'],
    ['a percent sign is decoded once', '%2525', '%25'],
    ['a plus stays a plus', 'a+b', 'a+b'],
    ['other alphabets are decoded', '%E2%82%AC', '€'],
    ['a null byte is the function’s to refuse', '%00', '\0'],
  ] as const)('%s', async ([, sent, received]) => {
    await start();
    expect((await send(gateway.url, 'GET', `/v1/groups/${sent}/sessions/s1`)).status).toBe(200);
    expect(gateway.events[0].pathParameters).toEqual({ groupId: received, sessionId: 's1' });
  });

  test.for([
    '/v1/groups//sessions/s1',
    '/v1/groups/g/sessions/s1/',
    '/v1/groups/g/sessions',
    '//v1/groups/g/sessions/s1',
  ])('%s is no route', async (target) => {
    await start();
    expect((await send(gateway.url, 'GET', target)).status).toBe(404);
    expect(gateway.events).toEqual([]);
  });

  test.for(['/v1/groups/%/sessions/s1', '/v1/groups/%ff/sessions/s1', '*'])(
    '%s is a bad request',
    async (target) => {
      await start();
      expect((await send(gateway.url, 'GET', target)).status).toBe(400);
      expect(gateway.events).toEqual([]);
    },
  );

  test('an absolute request target, as proxies send it, is routed by its path', async () => {
    await start();
    expect((await send(gateway.url, 'GET', 'http://api.example/v1/groups/g/sessions/s?x=1')).status).toBe(
      200,
    );
    expect(gateway.events[0]).toMatchObject({ rawPath: '/v1/groups/g/sessions/s', rawQueryString: 'x=1' });
  });
});
