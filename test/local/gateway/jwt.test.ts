import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { routeModel, send, type TestGateway, type TestIssuer, testGateway, testIssuer } from './support.ts';

let issuer: TestIssuer;
let gateway: TestGateway;

beforeAll(async () => {
  issuer = await testIssuer();
});
afterAll(() => issuer.close());
afterEach(() => gateway.close());

async function call(authorization?: string, authorizer = issuer.authorizer()) {
  gateway = await testGateway([routeModel('GET /v1/me', { authorizer })]);
  return send(gateway.url, 'GET', '/v1/me', {
    headers: authorization === undefined ? {} : { authorization },
  });
}

const now = () => Math.floor(Date.now() / 1000);

describe('a player with a good token', () => {
  test('reaches the function, whose event has the claims as strings and the token’s scopes', async () => {
    const token = await issuer.token({
      groups: ['a', 'b'],
      vip: true,
      level: 7,
      address: { city: 'Oslo' },
      nothing: null,
    });
    expect((await call(`Bearer ${token}`)).status).toBe(200);
    const { jwt } = gateway.events[0].requestContext.authorizer;
    expect(jwt.claims).toEqual({
      iss: issuer.url,
      aud: 'rejoin',
      sub: 'alice',
      scope: 'openid play',
      iat: expect.stringMatching(/^\d+$/),
      exp: expect.stringMatching(/^\d+$/),
      groups: '[a b]',
      vip: 'true',
      level: '7',
      address: '{"city":"Oslo"}',
    });
    expect(jwt.scopes).toEqual(['openid', 'play']);
  });

  test('is let in without the word Bearer, as AWS does', async () => {
    expect((await call(await issuer.token())).status).toBe(200);
  });

  test.for<[string, Record<string, unknown>]>([
    ['a list of audiences with one of ours', { aud: ['other', 'rejoin'] }],
    ['client_id instead of aud, as Cognito writes access tokens', { aud: undefined, client_id: 'rejoin' }],
    ['scp instead of scope', { scope: undefined, scp: ['play'] }],
  ])('is let in with %s', async ([, claims]) => {
    expect((await call(`Bearer ${await issuer.token(claims)}`)).status).toBe(200);
  });

  test('is let in on a route without scopes, and the event says scopes: null', async () => {
    const answer = await call(`Bearer ${await issuer.token()}`, issuer.authorizer({ scopes: [] }));
    expect(answer.status).toBe(200);
    expect(gateway.events[0].requestContext.authorizer.jwt.scopes).toBeNull();
  });
});

describe('a stranger gets 401 and never reaches the function', () => {
  test('without a token, with the bare challenge', async () => {
    const answer = await call();
    expect(answer).toMatchObject({ status: 401, body: '{"message":"Unauthorized"}' });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(gateway.events).toEqual([]);
  });

  test.for<[string, Record<string, unknown>, string]>([
    ['an expired token', { exp: now() - 1 }, 'the token has expired'],
    ['a token without exp', { exp: undefined }, 'the token has no valid exp'],
    ['a token not valid yet', { nbf: now() + 60 }, 'the token is not valid yet'],
    ['a token from the future', { iat: now() + 60 }, 'the token is used before issued'],
    ['a token of another issuer', { iss: 'https://evil.example' }, 'the token does not have a valid issuer'],
    ['a token for another audience', { aud: 'other' }, 'the token does not have a valid audience'],
    [
      'a foreign aud beside our client_id',
      { aud: 'x', client_id: 'rejoin' },
      'the token does not have a valid audience',
    ],
    ['neither aud nor client_id', { aud: undefined }, 'the token does not have a valid audience'],
  ])('with %s', async ([, claims, reason]) => {
    const answer = await call(`Bearer ${await issuer.token(claims)}`);
    expect(answer).toMatchObject({ status: 401, body: '{"message":"Unauthorized"}' });
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer scope="" error="invalid_token" error_description="${reason}"`,
    );
    expect(gateway.events).toEqual([]);
  });

  test.for([
    ['ES256', 'an elliptic-curve signature, though the key is published'],
    ['HS256', 'a shared-secret signature'],
  ] as const)('with %s: %s', async ([alg]) => {
    expect((await call(`Bearer ${await issuer.token({}, { alg })}`)).status).toBe(401);
    expect(gateway.events).toEqual([]);
  });

  test('with alg none', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = part({ iss: issuer.url, aud: 'rejoin', scope: 'play', exp: now() + 300 });
    expect((await call(`Bearer ${part({ alg: 'none', kid: 'rsa' })}.${claims}.`)).status).toBe(401);
  });

  test('with a key id that is missing or not in the key set', async () => {
    expect((await call(`Bearer ${await issuer.token({}, { kid: null })}`)).status).toBe(401);
    await gateway.close();
    expect((await call(`Bearer ${await issuer.token({}, { kid: 'other' })}`)).status).toBe(401);
  });

  test('signed by somebody else under our key id', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const forged = await new SignJWT({ iss: issuer.url, aud: 'rejoin', scope: 'play', exp: now() + 300 })
      .setProtectedHeader({ alg: 'RS256', kid: 'rsa' })
      .sign(privateKey);
    expect((await call(`Bearer ${forged}`)).status).toBe(401);
    expect(gateway.events).toEqual([]);
  });

  test.for(['Bearer', 'Bearer ', 'Bearer not.a.token', 'Basic YTpi', 'Bearer {}'])(
    'with %j',
    async (value) => {
      expect((await call(value)).status).toBe(401);
      expect(gateway.events).toEqual([]);
    },
  );
});

test('one of a route’s scopes is enough', async () => {
  const token = await issuer.token({ scope: 'play' });
  expect((await call(`Bearer ${token}`, issuer.authorizer({ scopes: ['admin', 'play'] }))).status).toBe(200);
});

test('an ID token without the play scope is 403, with the scope in the challenge', async () => {
  const answer = await call(`Bearer ${await issuer.token({ scope: 'openid' })}`);
  expect(answer).toMatchObject({ status: 403, body: '{"message":"Forbidden"}' });
  expect(answer.headers['www-authenticate']).toBe('Bearer scope="play" error="insufficient_scope"');
  expect(gateway.events).toEqual([]);
});

test('keys are fetched once for many players', async () => {
  gateway = await testGateway([routeModel('GET /v1/me', { authorizer: issuer.authorizer() })]);
  const before = issuer.discoveries;
  const headers = { authorization: `Bearer ${await issuer.token()}` };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => send(gateway.url, 'GET', '/v1/me', { headers })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(issuer.discoveries - before).toBe(1);
});

test('after an issuer was down for the first player, the next player is let in', async () => {
  gateway = await testGateway([routeModel('GET /v1/me', { authorizer: issuer.authorizer() })]);
  const headers = { authorization: `Bearer ${await issuer.token()}` };
  issuer.broken = true;
  const refused = await send(gateway.url, 'GET', '/v1/me', { headers });
  issuer.broken = false;
  expect(refused.status).toBe(401);
  expect(refused.headers['www-authenticate']).toContain('OIDC discovery endpoint communication error');
  expect((await send(gateway.url, 'GET', '/v1/me', { headers })).status).toBe(200);
});

test('tokens never reach the access log', async () => {
  const token = await issuer.token({ exp: now() - 1 });
  await call(`Bearer ${token}`);
  expect(gateway.log).toHaveLength(1);
  expect(JSON.stringify(gateway.log)).not.toContain(token.slice(0, 20));
  expect(gateway.log[0]).toMatchObject({ status: 401, error: '"the token has expired"' });
});
