import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeployedStack, pageFor, requireOrigin } from '../../../operator/play/target.ts';

let issuer: string;
const allowed = 'http://localhost:8080';
/** An API that allows one origin, as API Gateway does, and the identity provider. */
const server = createServer((request, response) => {
  if (request.method === 'OPTIONS') {
    const isAllowed = request.headers.origin === allowed;
    response.writeHead(204, isAllowed ? { 'access-control-allow-origin': allowed } : {}).end();
    return;
  }
  response.end(
    JSON.stringify({ issuer, authorization_endpoint: `${issuer}/a`, token_endpoint: `${issuer}/t` }),
  );
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const stack = (
  changes: Partial<DeployedStack> = {},
  outputs: Record<string, string> = {},
): DeployedStack => ({
  name: 'Rejoin',
  region: 'us-west-2',
  outputs: {
    ApiUrl: 'https://api.example',
    Issuer: issuer,
    Scope: 'rejoin/play',
    ClientId: 'c1',
    ...outputs,
  },
  streamGroups: [
    { id: 'sg-1', applications: ['a-1', 'a-2'] },
    { id: 'sg-2', applications: ['a-3'] },
  ],
  ...changes,
});
const choices = {
  clientId: undefined,
  scope: undefined,
  signInParameters: {},
  streamGroup: undefined,
  application: undefined,
};

describe('the page of a deployed stack', () => {
  test('knows all of it from the stack with our user pool, and names the stack', async () => {
    expect(await pageFor(stack(), choices)).toEqual({
      deployment: 'Rejoin in us-west-2',
      api: 'https://api.example',
      identity: issuer,
      endpoints: { authorization: `${issuer}/a`, token: `${issuer}/t`, namesItself: false },
      clientId: 'c1',
      scope: 'rejoin/play',
      signInParameters: {},
      streamGroupId: 'sg-1',
      application: 'a-1',
    });
  });

  test('plays in the stream group that was asked for, and its own first application', async () => {
    expect(await pageFor(stack(), { ...choices, streamGroup: 'sg-2' })).toMatchObject({
      streamGroupId: 'sg-2',
      application: 'a-3',
    });
  });

  test('can be told what the deployed template does not tell', async () => {
    const unreadable = stack({ streamGroups: undefined });
    await expect(pageFor(unreadable, choices)).rejects.toThrow('give --stream-group and --application');
    const told = { ...choices, streamGroup: 'sg-9', application: 'a-9' };
    expect(await pageFor(unreadable, told)).toMatchObject({ streamGroupId: 'sg-9', application: 'a-9' });
  });

  test('asks for the client id where the provider is not ours', async () => {
    const { ClientId: _, ...outputs } = stack().outputs;
    await expect(pageFor(stack({ outputs }), choices)).rejects.toThrow('pass --client-id');
    const told = { ...choices, clientId: 'c9', scope: 'api://x/play', signInParameters: { audience: 'x' } };
    expect(await pageFor(stack({ outputs }), told)).toMatchObject({
      clientId: 'c9',
      scope: 'api://x/play',
      signInParameters: { audience: 'x' },
    });
  });

  test.each([['a stream group that it lacks', { ...choices, streamGroup: 'sg-7' }, 'it has sg-1, sg-2']])(
    'refuses %s, and names those that it has',
    async (_what, given, sentence) => {
      await expect(pageFor(stack(), given)).rejects.toThrow(sentence);
    },
  );

  test('refuses the operators’ stack, which has no player API', async () => {
    await expect(pageFor(stack({ outputs: {} }), choices)).rejects.toThrow('give the player API');
  });

  test('is only served where the API allows it', async () => {
    await expect(requireOrigin(issuer, allowed)).resolves.toBeUndefined();
    await expect(requireOrigin(issuer, 'http://localhost:8081')).rejects.toThrow(
      'The API does not allow http://localhost:8081, where this page would be: add it to webOrigins',
    );
    await expect(requireOrigin('http://127.0.0.1:1', allowed)).rejects.toThrow(/cannot be reached \(/);
  });
});
