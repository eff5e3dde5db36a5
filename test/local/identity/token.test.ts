import { createRemoteJWKSet, decodeJwt, errors, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIdentity } from '../../../local/identity/server.ts';
import { mintAccessToken, mintIdToken } from '../../../local/identity/token.ts';

let identity: Awaited<ReturnType<typeof startIdentity>>;
let issuer: string;
let verify: (token: string) => ReturnType<typeof jwtVerify>;

beforeAll(async () => {
  identity = await startIdentity({ port: 0, redirectOrigins: ['http://127.0.0.1:4400'] });
  issuer = identity.url;
  const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
  verify = (token) => jwtVerify(token, keys, { issuer, audience: 'rejoin', algorithms: ['RS256'] });
});
afterAll(() => identity.close());

async function grant(parameters: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'urn:rejoin:local:player',
      client_id: 'rejoin-local-cli',
      ...parameters,
    }),
  });
  return { response, body: (await response.json()) as Record<string, string> };
}

describe('tokens for the command line and for tests', () => {
  test('a minted token is accepted like the console’s', async () => {
    const { payload } = await verify(await mintAccessToken({ issuer, player: 'alice' }));

    expect(payload).toMatchObject({ sub: 'alice', scope: 'rejoin/play', aud: 'rejoin', iss: issuer });
  });

  test('a token has the claims that a developer asks for, with their types', async () => {
    const claims = {
      plan: 'gold',
      level: 7,
      'cognito:groups': ['x admin'],
      realm_access: { roles: ['tester'] },
    };
    const { payload } = await verify(await mintAccessToken({ issuer, player: 'alice', claims }));

    expect(payload).toMatchObject({ sub: 'alice', scope: 'rejoin/play', ...claims });
  });

  test('a thousand tokens minted at once name a thousand players', async () => {
    const players = Array.from({ length: 1000 }, (_, index) => `player-${index}`);

    const tokens = await Promise.all(players.map((player) => mintAccessToken({ issuer, player })));

    expect(tokens.map((token) => decodeJwt(token).sub)).toEqual(players);
    expect(new Set(tokens.map((token) => decodeJwt(token).jti)).size).toBe(1000);
  });

  test('an ID token names the player, but has no play scope', async () => {
    const claims = decodeJwt(await mintIdToken({ issuer, player: 'alice' }));

    expect(claims).toMatchObject({ sub: 'alice', iss: issuer });
    expect(claims.aud).not.toBe('rejoin');
    expect(claims.scope).toBeUndefined();
  });

  test('a token that must be refused differs from a good one only in the requested part', async () => {
    const scopeless = await verify(await mintAccessToken({ issuer, player: 'alice', scope: 'openid' }));
    const elsewhere = decodeJwt(await mintAccessToken({ issuer, player: 'alice', audience: 'other' }));
    const expired = mintAccessToken({ issuer, player: 'alice', expiresIn: -60 });

    expect(scopeless.payload.scope).toBe('openid');
    expect(elsewhere).toMatchObject({ aud: 'other', scope: 'rejoin/play' });
    await expect(expired.then(verify)).rejects.toBeInstanceOf(errors.JWTExpired);
  });
});

describe('the player grant', () => {
  test.each([
    [{ player: 'a b' }, 'player: A player name has 1 to 64'],
    [{}, 'player: Type a player name'],
    [{ player: 'alice', kind: 'refresh' }, 'kind: write access or id'],
    [{ player: 'alice', expires_in: 'soon' }, 'expires_in: write whole seconds'],
    [{ player: 'alice', expires_in: '1e9' }, 'expires_in: write whole seconds'],
    [{ player: 'alice', claims: '{' }, 'claims: write a JSON object'],
    [{ player: 'alice', claims: '["plan"]' }, 'claims: write a JSON object'],
    [{ player: 'alice', claims: 'null' }, 'claims: write a JSON object'],
    [{ player: 'alice', claims: '{"plan": 1, "sub": "bob"}' }, 'claims: sub is the provider’s own'],
    [{ player: 'alice', claims: '{"exp": 9e9}' }, 'claims: exp is the provider’s own'],
  ])('refuses %j and says what to write', async (parameters, sentence) => {
    const { response, body } = await grant(parameters as Record<string, string>);

    expect(response.status).toBe(400);
    expect(body.error_description).toContain(sentence);
  });

  test('refuses the console’s client, or any page could act as any player', async () => {
    const { body } = await grant({ player: 'alice', client_id: 'rejoin-console' });

    expect(body.access_token).toBeUndefined();
    expect(body.error).toBe('invalid_request');
  });

  test('is open to no script in a browser, not even the console’s', async () => {
    const { response, body } = await grant({ player: 'alice' }, { origin: 'http://127.0.0.1:4400' });

    expect(body.access_token).toBeUndefined();
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });

  test('an issuer that is down gives another error than a refusal', async () => {
    const closed = await startIdentity({ port: 0, redirectOrigins: [] });
    await closed.close();

    await expect(mintAccessToken({ issuer: closed.url, player: 'alice' })).rejects.toThrow(
      `no identity provider answers at ${closed.url}`,
    );
  });
});
