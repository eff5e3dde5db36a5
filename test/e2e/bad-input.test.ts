import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { playerRoutes } from '../../infra/routes/player-routes.ts';
import { mintAccessToken, mintIdToken } from '../../local/identity/token.ts';
import { type Deployed, deploy, offer, type Player } from './harness.ts';

let deployed: Deployed;
let player: Player;
let group: string;
beforeAll(async () => {
  deployed = await deploy();
  player = await deployed.player();
  group = `/v1/streamgroups/${deployed.endpoints.streamGroupId}/streamsessions`;
});
afterAll(() => deployed.close());

/** Sends path and headers exactly as written: fetch would normalize them. */
function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(deployed.endpoints.api);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, headers, insecureHTTPParser: true },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const sdp = 'v=0\no=- 1 1 IN IP4 127.0.0.1\n';

describe('bad input gets a 4xx that names the field, and does not reach AWS', () => {
  it.each<[string, string, unknown]>([
    ['not JSON', 'body', 'signalRequest=x'],
    ['JSON of the wrong shape', 'body', '[1,2]'],
    ['nothing at all', 'body', ''],
    ['no offer', 'signalRequest', {}],
    ['an offer that is no SDP offer', 'signalRequest', { signalRequest: '{"type":"offer","sdp":"x"}' }],
    ['an answer', 'signalRequest', { signalRequest: JSON.stringify({ type: 'answer', sdp }) }],
    [
      'an offer over the limit',
      'signalRequest',
      { signalRequest: JSON.stringify({ type: 'offer', sdp: sdp.padEnd(70_000, 'x') }) },
    ],
    ['the sentinel that is for servers', 'signalRequest', { signalRequest: 'NO_CLIENT_CONNECTION' }],
    [
      'a connection id of another type',
      'previousConnectionId',
      { signalRequest: offer(), previousConnectionId: 7 },
    ],
    ['a silence that is no time', 'silentMs', { signalRequest: offer(), silentMs: -1 }],
    ['a misspelt field', 'previousConnectionID', { signalRequest: offer(), previousConnectionID: 'c' }],
  ])('a reconnect with %s', async (_, field, body) => {
    await deployed.forgetCalls();
    const answer = await player.request('POST', `${group}/some-session/connections`, { body });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.detail).toMatch(new RegExp(`^${field}: `));
    expect(await deployed.calls()).toEqual([]);
  });

  it.each<[string, string, object]>([
    ['an application that is not listed', 'applicationIdentifier', { applicationIdentifier: 'a-other' }],
    ['a location that is not listed', 'locations', { locations: ['mars-north-1'] }],
    ['launch arguments', 'additionalLaunchArgs', { additionalLaunchArgs: ['-cheat'] }],
  ])('a start with %s', async (_, field, extra) => {
    await deployed.forgetCalls();
    const answer = await player.request('POST', group, { body: { signalRequest: offer(), ...extra } });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.detail).toMatch(new RegExp(`^${field}: `));
    expect(await deployed.calls()).toEqual([]);
  });

  it.each([
    ['an id outside the pattern', '/v1/streamgroups/sg%20local/streamsessions', 'streamGroupId'],
    ['an unknown stream group', '/v1/streamgroups/sg-unknown/streamsessions', 'streamGroupId'],
    ['an ARN', '/v1/streamgroups/arn%3Aaws%3Agameliftstreams/streamsessions', 'streamGroupId'],
  ])('a start in %s', async (_, path, field) => {
    await deployed.forgetCalls();
    const answer = await player.request('POST', path, { body: { signalRequest: offer() } });
    expect([answer.status, answer.json.code]).toEqual([400, 'invalid_request']);
    expect(answer.json.detail).toMatch(new RegExp(`^${field}: `));
    expect(await deployed.calls()).toEqual([]);
  });

  it('path traversal in ids, encoded, doubly encoded or plain', async () => {
    await deployed.forgetCalls();
    const headers = { authorization: `Bearer ${player.token}` };
    for (const id of ['..%2F..%2Fsg-1', '%2e%2e', '..', '%252e%252e%252f', 'a%00b', 'x'.repeat(200)]) {
      const { status } = await raw('GET', `${group}/${id}`, headers);
      expect([id, status >= 400 && status < 500]).toEqual([id, true]);
    }
    expect(await deployed.calls()).toEqual([]);
  });

  it('an Idempotency-Key with control characters', async () => {
    const body = JSON.stringify({ signalRequest: offer() });
    const headers = { authorization: `Bearer ${player.token}`, 'content-length': String(body.length) };
    const { status, text } = await raw(
      'POST',
      `${group}/s-1/connections`,
      { ...headers, 'idempotency-key': 'a\tb' },
      body,
    );
    expect(status).toBe(400);
    expect(JSON.parse(text).detail).toMatch(/^Idempotency-Key: /);
  });
});

describe('the API lets in', () => {
  it.each([
    ['no token', async () => '', 401],
    ['garbage', async () => 'Bearer garbage', 401],
    [
      'an ID token',
      async () => `Bearer ${await mintIdToken({ issuer: deployed.endpoints.identity, player: 'eve' })}`,
      401,
    ],
    ['a token without the play scope', () => minted({ scope: 'openid' }), 403],
    ['a token for another API', () => minted({ audience: 'other' }), 401],
    ['an expired token', () => minted({ expiresIn: -60 }), 401],
  ])('nobody with %s, on any route', async (_, authorization, expected) => {
    const header = await authorization();
    const apis = deployed.stacks.flatMap((stack) => stack.httpApis);
    const routes = apis.flatMap((api) => api.routes).filter(({ authorizer }) => authorizer.kind === 'jwt');
    expect(routes).toHaveLength(playerRoutes.length);
    for (const { method, path } of routes) {
      const response = await fetch(`${deployed.endpoints.api}${path.replaceAll(/\{(\w+)\}/g, '$1')}`, {
        method,
        headers: header === '' ? {} : { authorization: header },
      });
      expect([method, path, response.status]).toEqual([method, path, expected]);
    }
  });

  async function minted(changes: Record<string, unknown>): Promise<string> {
    return `Bearer ${await mintAccessToken({ issuer: deployed.endpoints.identity, player: 'eve', ...changes })}`;
  }

  it('no page of another origin: CORS names the listed origins only', async () => {
    const preflight = (origin: string) =>
      fetch(`${deployed.endpoints.api}${group}`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization',
        },
      });
    const ours = await preflight(deployed.endpoints.console);
    expect(ours.headers.get('access-control-allow-origin')).toBe(deployed.endpoints.console);
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await player.request('GET', '/v1/streamsessions', {
      headers: { origin: deployed.endpoints.console },
    });
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('retry-after');
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain(
      'idempotency-replayed',
    );
  });
});
