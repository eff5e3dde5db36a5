import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { parseSettings } from '../../../infra/settings/settings.ts';
import { playerIdOf } from '../../../lambdas/identifiers/player-id.ts';
import { minimal } from '../../infra/synth.ts';
import { routeModel, send, type TestGateway, type TestIssuer, testGateway, testIssuer } from './support.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'identity.md'), 'utf8');

type Claims = Record<string, unknown>;
interface Identity {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly scope: string;
}

/** What a page that follows docs/identity.md gets from one provider, and what its chapter warns of. */
interface Provider {
  /** Claims of an access token, in the form that the provider documents. */
  readonly token: Claims;
  /** Whether `userId: "subject"` works with its `sub`. */
  readonly subjectFits: boolean;
  /** `[what, changed claims, status]` */
  readonly traps: readonly [what: string, claims: Claims, status: 401 | 403][];
}

const none = undefined;
const uuid = '7f3c9a52-4f0e-4c55-9d3b-0f5a4f0d2c11';
const providers: Record<string, Provider> = {
  Okta: {
    token: {
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      aud: 'api://default',
      cid: '0oabucvyc38HLL1ef0h7',
      uid: '00uixa271s6x7qt8I0h7',
      scp: ['openid', 'play'],
      sub: 'alice@example.com',
    },
    subjectFits: false,
    traps: [
      ['the client id as audience, which Okta writes into cid', { aud: none, cid: 'api://default' }, 401],
      ['a token without the scope', { scp: ['openid'] }, 403],
    ],
  },
  Auth0: {
    token: {
      aud: ['https://play-api.example.com', 'https://TENANT.eu.auth0.com/userinfo'],
      azp: 'my_client_id',
      scope: 'openid profile rejoin:play',
      sub: 'auth0|507f1f77bcf86cd799439011',
    },
    subjectFits: false,
    traps: [
      ['a token for userinfo alone', { aud: 'https://TENANT.eu.auth0.com/userinfo' }, 401],
      ['a permission that is no scope', { scope: 'openid', permissions: ['rejoin:play'] }, 403],
    ],
  },
  Entra: {
    token: {
      aud: '11111111-2222-3333-4444-555555555555',
      azp: '66666666-7777-8888-9999-000000000000',
      azpacr: '0',
      oid: uuid,
      scp: 'play',
      sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
      tid: 'TENANT_ID',
      ver: '2.0',
    },
    subjectFits: true,
    traps: [
      ['the audience of version 1', { aud: 'api://11111111-2222-3333-4444-555555555555', ver: '1.0' }, 401],
      ['a token for Microsoft Graph', { aud: '00000003-0000-0000-c000-000000000000', scp: 'User.Read' }, 401],
      ['a role instead of a scope', { scp: none, roles: ['play'] }, 403],
    ],
  },
  Keycloak: {
    token: {
      aud: ['rejoin', 'account'],
      typ: 'Bearer',
      azp: 'web',
      scope: 'openid profile rejoin/play',
      sub: uuid,
    },
    subjectFits: true,
    traps: [
      ['a token without the mapper', { aud: 'account', azp: 'rejoin' }, 401],
      ['a client scope that is not included in the token', { scope: 'openid profile' }, 403],
    ],
  },
  Cognito: {
    token: {
      client_id: '1example23456789abcdefghij',
      token_use: 'access',
      version: 2,
      scope: 'openid rejoin/play',
      sub: uuid,
      username: uuid,
    },
    subjectFits: true,
    traps: [
      ["a token of the SDK's sign-in", { scope: 'aws.cognito.signin.user.admin' }, 403],
      [
        'an ID token',
        { aud: '1example23456789abcdefghij', client_id: none, token_use: 'id', scope: none },
        403,
      ],
    ],
  },
};

const chapters = page
  .split('\n## ')
  .slice(1)
  .map((text) => {
    const [name = ''] = text.split('\n');
    const identity: Identity = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '{}');
    return { name, text, identity };
  });

let issuer: TestIssuer;
let gateway: TestGateway | undefined;
beforeAll(async () => {
  issuer = await testIssuer();
});
afterAll(() => issuer.close());
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** The status for a token at an API with this identity. The issuer stands on this machine, under the same path. */
async function statusOf(identity: Identity, claims: Claims, iss = identity.issuer): Promise<number> {
  const here = (address: string) => address.replace(/^https:\/\/[^/]+/, issuer.url);
  const { audience, scope } = identity;
  gateway = await testGateway([
    routeModel('GET /v1/me', {
      authorizer: { kind: 'jwt', issuer: here(identity.issuer), audience: [...audience], scopes: [scope] },
    }),
  ]);
  const token = await issuer.token({ aud: none, scope: none, ...claims, iss: here(iss) });
  const { status } = await send(gateway.url, 'GET', '/v1/me', {
    headers: { authorization: `Bearer ${token}` },
  });
  await gateway.close();
  gateway = undefined;
  return status;
}

test('docs/identity.md has a chapter for each provider whose tokens are tried here', () => {
  expect(chapters.map(({ name }) => name)).toEqual(Object.keys(providers));
});

describe.each(chapters)('$name, with what docs/identity.md says to write,', ({ name, text, identity }) => {
  const { token, traps, subjectFits } = providers[name] as Provider;

  test('has settings that can be deployed, and five lines about them', () => {
    expect(parseSettings({ ...minimal, identity }).identity).toEqual(identity);
    const lines = [...text.matchAll(/^- \*\*(.+):\*\* /gm)].map(([, about]) => about);
    expect(lines).toEqual(['issuer', 'audience', 'scope', 'the page requests', 'userId']);
  });

  test('lets in a token of the form that the provider gives', async () => {
    expect(await statusOf(identity, token)).toBe(200);
  });

  test.each(traps)('refuses %s', async (_what, claims, status) => {
    expect(await statusOf(identity, { ...token, ...claims })).toBe(status);
  });

  test('refuses a token whose issuer differs by the slash at its end alone', async () => {
    const other = identity.issuer.endsWith('/') ? identity.issuer.slice(0, -1) : `${identity.issuer}/`;
    expect(await statusOf(identity, token, other)).toBe(401);
  });

  test('says rightly whether the subject can be the id of the player in AWS', () => {
    const id = () => playerIdOf(identity.issuer, token.sub as string, 'subject');
    if (subjectFits) expect(id()).toBe(token.sub);
    else expect(id).toThrow(/cannot be a GameLift Streams user id/);
    const [, advice = ''] = /\*\*userId:\*\* (.+)/.exec(text) ?? [];
    expect(advice.startsWith('either value')).toBe(subjectFits);
    expect(playerIdOf(identity.issuer, token.sub as string, 'pseudonym')).toMatch(/^[\w-]{43}$/);
  });
});

test('Entra: with the long name of the scope in the settings every player would get a 403', async () => {
  const { identity } = chapters.find(({ name }) => name === 'Entra') as (typeof chapters)[number];
  const long = `api://${identity.audience[0]}/play`;
  expect(page).toContain(`\`${long}\``);
  expect(await statusOf({ ...identity, scope: long }, providers.Entra?.token ?? {})).toBe(403);
});

test('Auth0: without an audience in its request the page gets a token that is no JWT, which is a 401', async () => {
  gateway = await testGateway([routeModel('GET /v1/me', { authorizer: issuer.authorizer() })]);
  const headers = { authorization: 'Bearer xVQz0v8lQ3KpXqQ0h1XyS0kq2Yw5b1aA' };
  expect((await send(gateway.url, 'GET', '/v1/me', { headers })).status).toBe(401);
});
