import { afterEach, describe, expect, it } from 'vitest';
import { createAuthorizer } from '../../../local/iam/authorizer.ts';
import { type Signing, signedHeaders } from '../../signed.ts';
import { routeModel, send, type TestGateway, testGateway } from './support.ts';

const place = { region: 'us-west-2', accountId: '000000000000' };
const API = 'arn:aws:execute-api:us-west-2:000000000000:abcde12345';
const ROUTE = 'POST /v1/things/{thingId}';

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

const invoke = (Resource: string | string[], Effect: 'Allow' | 'Deny' = 'Allow') => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource,
});

/** A gateway with one AWS_IAM route, and a caller with these policy statements. */
async function opened(statements: ReturnType<typeof invoke>[], arn = 'arn:aws:iam::000000000000:user/ann') {
  const name = arn.split('/').at(-1) ?? '';
  const policies = [{ name: 'all', document: { Version: '2012-10-17', Statement: statements } }];
  const authorizer = await createAuthorizer({
    roles: [{ name, arn, policies: statements.length > 0 ? policies : [] }],
  });
  const key = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  gateway = await testGateway([routeModel(ROUTE, { authorizer: { kind: 'iam' } })], {
    callers: {
      authorizer,
      lookup: (id) => (id === key.accessKeyId ? { ...key, name } : undefined),
    },
  });
  const { url } = gateway;
  return (changes: Partial<Signing> = {}, sent: { path?: string; body?: string; method?: string } = {}) => {
    const { path = '/v1/things/one%20two', body = '{"a":1}', method = 'POST' } = sent;
    const headers = signedHeaders('POST', `${url}/v1/things/one%20two`, '{"a":1}', {
      ...key,
      region: place.region,
      ...changes,
    });
    return send(url, method, path, { headers: { ...headers, 'content-type': 'application/json' }, body });
  };
}

const FORBIDDEN = { status: 403, body: '{"message":"Forbidden"}' };

describe('a caller that IAM allows', () => {
  it('reaches the function, whose event names the user as payload format 2.0 does', async () => {
    const call = await opened([invoke(`${API}/$default/POST/v1/things/*`)]);
    expect((await call()).status).toBe(200);
    const [event] = gateway?.events ?? [];
    expect(event.requestContext.authorizer).toEqual({
      iam: {
        accessKey: 'AKIATEST',
        accountId: '000000000000',
        callerId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/),
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::000000000000:user/ann',
        userId: expect.stringMatching(/^AIDA[0-9A-F]{17}$/),
      },
    });
    expect([event.body, event.pathParameters]).toEqual(['{"a":1}', { thingId: 'one two' }]);
  });

  it('as a role is a role session, without the role’s path', async () => {
    const call = await opened([invoke('*')], 'arn:aws:iam::000000000000:role/team/Operators');
    expect((await call()).status).toBe(200);
    const { userArn, callerId } = gateway?.events[0].requestContext.authorizer.iam ?? {};
    expect(userArn).toBe('arn:aws:sts::000000000000:assumed-role/Operators/local');
    expect(callerId).toMatch(/^AROA[0-9A-F]{17}:local$/);
  });
});

describe('a caller that IAM does not allow', () => {
  it.each([
    ['without any statement', []],
    ['with one for another API', [invoke(`${API.replace('abcde12345', 'zzzzz99999')}/*`)]],
    ['with one for another method', [invoke(`${API}/$default/GET/v1/things/*`)]],
    ['with one for another path', [invoke(`${API}/$default/POST/v1/other/*`)]],
    ['with one for another stage', [invoke(`${API}/prod/POST/v1/things/*`)]],
    ['with a Deny beside the Allow', [invoke('*'), invoke(`${API}/*`, 'Deny')]],
  ])('%s gets the 403 of an HTTP API, and no function is invoked', async (_what, statements) => {
    const call = await opened(statements);
    expect(await call()).toMatchObject(FORBIDDEN);
    expect(gateway?.events).toEqual([]);
    expect(gateway?.log[0]?.error).toBe('ann is not allowed to invoke this route');
  });

  it.each<[string, Partial<Signing>, object?]>([
    ['a key that nobody has', { accessKeyId: 'AKIAOTHER' }],
    ['a secret that is guessed', { secretAccessKey: 'guessed' }],
    ['a signature for another Region', { region: 'eu-west-1' }],
    ['a signature for another service', { service: 'gameliftstreams' }],
    ['a signature of 16 minutes ago', { at: Date.now() - 16 * 60_000 }],
    ['a signature for another body', {}, { body: '{"a":2}' }],
    ['a signature for another path', {}, { path: '/v1/things/three' }],
  ])('with %s gets 403', async (_what, changes, sent) => {
    const call = await opened([invoke('*')]);
    expect(await call(changes, sent)).toMatchObject(FORBIDDEN);
    expect(gateway?.events).toEqual([]);
  });

  it.each([
    ['nothing', {}],
    ['a bearer token', { authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln' }],
    ['an Authorization header that is none', { authorization: 'AWS4-HMAC-SHA256 hello' }],
  ])('with %s instead of a signature gets 403', async (_what, headers) => {
    await opened([invoke('*')]);
    expect(await send(gateway?.url ?? '', 'POST', '/v1/things/x', { headers, body: '{}' })).toMatchObject(
      FORBIDDEN,
    );
    expect(gateway?.events).toEqual([]);
  });

  it('is in the log with the reason, and without a signature', async () => {
    const call = await opened([invoke('*')]);
    await call({ secretAccessKey: 'guessed' });
    expect(gateway?.log[0]).toMatchObject({
      status: 403,
      error: 'The signature does not match the request.',
    });
    expect(JSON.stringify(gateway?.log)).not.toMatch(/Signature=|AKIATEST/);
  });
});

it('an API with AWS_IAM but without callers is refused at start, not left open', async () => {
  await expect(testGateway([routeModel(ROUTE, { authorizer: { kind: 'iam' } })])).rejects.toThrow(
    `${ROUTE}: has AWS_IAM authorization, but no principal has a key to sign with`,
  );
});
