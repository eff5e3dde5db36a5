import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIdentity } from '../../../local/identity/server.ts';
import { authorization, createBrowser, signIn, trade } from './browser.ts';

const PAGE = 'http://127.0.0.1:4400/';
/** Everything printed since this file began: oidc-provider prints some warnings only once a process. */
const said: unknown[] = [];
for (const level of ['info', 'warn', 'error'] as const) console[level] = (...words) => said.push(words);
let identity: Awaited<ReturnType<typeof startIdentity>>;
let issuer: string;

beforeAll(async () => {
  identity = await startIdentity({
    port: 0,
    redirectOrigins: ['http://127.0.0.1:4400', 'http://localhost:4400'],
  });
  issuer = identity.url;
});
afterAll(() => identity.close());

const json = async (url: string): Promise<unknown> => (await fetch(url)).json();

describe('the local provider gives a JWT authorizer what it needs:', () => {
  test('discovery names the issuer it was fetched from, and the keys hold no private part', async () => {
    const discovery = (await json(`${issuer}/.well-known/openid-configuration`)) as Record<string, string>;
    const { keys } = (await json(discovery.jwks_uri ?? '')) as { keys: unknown };

    expect(discovery.issuer).toBe(issuer);
    expect(keys).toEqual([
      { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
    ]);
  });

  test('an access token from the page is a JWT for the player API that names the player', async () => {
    const { tokens } = await signIn(issuer, 'auth0|alice', PAGE);
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

    const { payload, protectedHeader } = await jwtVerify(tokens.access_token ?? '', keys, {
      issuer,
      audience: 'rejoin',
      algorithms: ['RS256'],
    });

    expect(protectedHeader.typ).toBe('at+jwt');
    expect(payload.sub).toBe('auth0|alice');
    expect(payload.scope).toBe('rejoin/play');
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(900);
  });

  test('an ID token never has the play scope, so no route accepts it', async () => {
    const { tokens } = await signIn(issuer, 'alice', PAGE);

    const claims = decodeJwt(tokens.id_token ?? '');

    expect(claims).toMatchObject({ sub: 'alice', aud: 'rejoin-console', iss: issuer, nonce: 'nonce-1' });
    expect(claims.scope).toBeUndefined();
  });

  test('tokens have the audience and the scope of the deployment', async () => {
    const other = await startIdentity({
      port: 0,
      redirectOrigins: ['http://127.0.0.1:4400'],
      audience: 'https://play.example',
      scope: 'game/join',
    });
    try {
      const { verifier, url } = authorization(other.url, PAGE, { scope: 'openid game/join' });
      const browser = createBrowser(other.url);
      const { at } = await browser.follow(url);
      const { leftFor } = await browser.follow(at, {
        method: 'POST',
        body: new URLSearchParams({ player: 'alice' }),
      });
      const { body } = await trade(other.url, {
        grant_type: 'authorization_code',
        code: leftFor?.searchParams.get('code') ?? '',
        code_verifier: verifier,
        redirect_uri: PAGE,
      });

      expect(decodeJwt(body.access_token ?? '')).toMatchObject({
        aud: 'https://play.example',
        scope: 'game/join',
      });
    } finally {
      await other.close();
    }
  });
});

describe('signing in', () => {
  test('a stolen code is worthless without the verifier', async () => {
    const browser = createBrowser(issuer);
    const { at } = await browser.follow(authorization(issuer, PAGE).url);
    const { leftFor } = await browser.follow(at, {
      method: 'POST',
      body: new URLSearchParams({ player: 'alice' }),
    });

    const { response, body } = await trade(issuer, {
      grant_type: 'authorization_code',
      code: leftFor?.searchParams.get('code') ?? '',
      code_verifier: 'a'.repeat(43),
      redirect_uri: PAGE,
    });

    expect(response.status).toBe(400);
    expect(body.error).toBe('invalid_grant');
  });

  test.each([
    ['without a code challenge', { code_challenge: '', code_challenge_method: '' }],
    ['with a plain one', { code_challenge_method: 'plain' }],
  ])('a page that requests a sign-in %s is sent back with an error', async (_how, more) => {
    const { leftFor } = await createBrowser(issuer).follow(authorization(issuer, PAGE, more).url);

    expect(leftFor?.searchParams.get('error')).toBe('invalid_request');
    expect(leftFor?.searchParams.has('code')).toBe(false);
  });

  test('a sign-in never redirects to a page that is not the console’s', async () => {
    const { page, leftFor } = await createBrowser(issuer).follow(
      authorization(issuer, 'http://127.0.0.1:1/').url,
    );

    expect(leftFor).toBeUndefined();
    expect(page?.status).toBe(400);
    expect(await page?.text()).toContain('This sign-in can’t go on');
  });

  test.each(['http://127.0.0.1:4400/deep/callback.html?a=b', 'http://localhost:4400'])(
    'a sign-in may end at any path of a page’s origin, such as %s',
    async (address) => {
      const { callback, tokens } = await signIn(issuer, 'alice', address);
      expect(callback.href).toContain(new URL(address).href);
      expect(decodeJwt(tokens.access_token ?? '').sub).toBe('alice');
    },
  );

  test.each([
    'http://localhost:4401/',
    'https://localhost:4400/',
    'http://localhost.evil.example:4400/',
    'http://localhost:4400@evil.example/',
    'http://evil@localhost:4400/',
    'http://localhost:4400/#fragment',
    'javascript:alert(1)//http://localhost:4400/',
  ])(
    'a sign-in is refused for %s, which is on no page’s origin, and tells a developer what to set',
    async (address) => {
      const { page, leftFor } = await createBrowser(issuer).follow(authorization(issuer, address).url);
      expect(leftFor).toBeUndefined();
      expect(page?.status).toBe(400);
      expect(await page?.text()).toMatch(/webOrigins|fragment/);
    },
  );

  test('a signed-in player need not sign in again on the console’s other origin', async () => {
    const first = await signIn(issuer, 'alice', PAGE);
    const second = await signIn(issuer, 'nobody-types-this', 'http://localhost:4400/', first.browser);

    expect([first.asked, second.asked]).toEqual([true, false]);
    expect(decodeJwt(second.tokens.access_token ?? '').sub).toBe('alice');
  });

  test.each([
    ['', 'Type a player name'],
    ['a b', '1 to 64 letters'],
    ['x'.repeat(65), '1 to 64 letters'],
    ['"><script>alert(1)</script>', '1 to 64 letters'],
  ])('the name %j is refused on the page itself, with what to write', async (player, sentence) => {
    const browser = createBrowser(issuer);
    const { at } = await browser.follow(authorization(issuer, PAGE).url);

    const { page } = await browser.follow(at, { method: 'POST', body: new URLSearchParams({ player }) });
    const html = (await page?.text()) ?? '';

    expect(page?.status).toBe(400);
    expect(html).toContain(sentence);
    expect(html).not.toContain('<script>');
  });

  test('a sign-in page opened in another browser says where to start again', async () => {
    const { at } = await createBrowser(issuer).follow(authorization(issuer, PAGE).url);

    const { page } = await createBrowser(issuer).follow(at);

    expect(page?.status).toBe(400);
    expect(await page?.text()).toContain('press Sign in again');
  });

  test('the form’s policy allows redirects to the console and to no other site', async () => {
    const { page } = await createBrowser(issuer).follow(authorization(issuer, PAGE).url);
    const policy = page?.headers.get('content-security-policy') ?? '';

    expect(policy).toContain("form-action 'self' http://127.0.0.1:4400 http://localhost:4400;");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
  });
});

describe('staying signed in, and leaving', () => {
  test('a refreshed token is good for the same API, and a refresh token works once', async () => {
    const { tokens } = await signIn(issuer, 'alice', PAGE);
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' };

    const { body } = await trade(issuer, refresh);
    const again = await trade(issuer, refresh);

    expect(decodeJwt(body.access_token ?? '')).toMatchObject({
      aud: 'rejoin',
      scope: 'rejoin/play',
      sub: 'alice',
    });
    expect(body.refresh_token).not.toBe(tokens.refresh_token);
    expect(again.body.error).toBe('invalid_grant');
  });

  test('signing out returns to the console, ends the refresh token and asks the next player for a name', async () => {
    const { browser, tokens } = await signIn(issuer, 'alice', PAGE);
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: PAGE,
      state: 'bye',
    });

    const { page } = await browser.follow(`${issuer}/session/end?${query}`);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec((await page?.text()) ?? '')?.[1] ?? '';
    const { leftFor } = await browser.follow(`${issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    });
    const refreshed = await trade(issuer, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token ?? '',
    });

    expect(leftFor?.href).toBe(`${PAGE}?state=bye`);
    expect(refreshed.body.error).toBe('invalid_grant');
    expect((await signIn(issuer, 'bob', PAGE, browser)).asked).toBe(true);
  });

  test('only the console’s own button signs out without a question', async () => {
    const { browser, tokens } = await signIn(issuer, 'alice', PAGE);

    const foreign = await browser.follow(`${issuer}/session/end`);
    const own = await browser.follow(`${issuer}/session/end?id_token_hint=${tokens.id_token}`);

    expect(await foreign.page?.text()).not.toContain('<script>');
    expect(await own.page?.text()).toContain("<script>document.querySelector('button').click();</script>");
  });
});

test('a sign-out may end at any path of a page’s origin, and nowhere else', async () => {
  const { browser, tokens } = await signIn(issuer, 'alice', PAGE);
  const at = async (address: string) => {
    const query = new URLSearchParams({
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: address,
    });
    return (await browser.follow(`${issuer}/session/end?${query}`)).page?.status;
  };
  expect(await at('http://localhost:4400/bye')).toBe(200);
  expect(await at('http://localhost:4401/bye')).toBe(400);
});

describe('other callers of the local provider', () => {
  test('another site’s script may not trade codes, the console’s may', async () => {
    const own = await trade(issuer, { grant_type: 'refresh_token', refresh_token: 'x' });
    const foreign = await trade(
      issuer,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      'http://evil.example',
    );

    expect(own.response.headers.get('access-control-allow-origin')).toBe('http://127.0.0.1:4400');
    expect(own.body.error).toBe('invalid_grant');
    expect(foreign.response.headers.get('access-control-allow-origin')).toBeNull();
    expect(foreign.body.error).toBe('invalid_request');
  });

  test('a request for a foreign host name that resolves to this machine is refused', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve, reject) => {
      request(`${issuer}/jwks`, { headers: { host: 'rebound.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).toBe(421);
  });

  test('two deployments on one machine have different cookie names, since browsers ignore ports', async () => {
    const other = await startIdentity({ port: 0, redirectOrigins: ['http://127.0.0.1:4400'] });
    try {
      const here = [...(await signIn(issuer, 'alice', PAGE)).browser.cookies.keys()];
      const there = [...(await signIn(other.url, 'alice', PAGE)).browser.cookies.keys()];

      expect(here.length).toBeGreaterThan(0);
      expect(here.filter((name) => there.includes(name))).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('a port in use is an error at the start, not a crash later', async () => {
    const port = Number(new URL(issuer).port);

    await expect(startIdentity({ port, redirectOrigins: [] })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('a good sign-in prints nothing, not even a development warning', () => {
    expect(said).toEqual([]);
  });
});
