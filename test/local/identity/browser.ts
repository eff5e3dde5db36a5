import { createHash, randomBytes } from 'node:crypto';

/** The part of a browser that a sign-in needs: follows redirects and keeps cookies. */
export function createBrowser(issuer: string) {
  const cookies = new Map<string, string>();

  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(new URL(url, issuer), {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(init.headers as Record<string, string>),
        ...(cookie ? { cookie } : {}),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s);
      if (/expires=Thu, 01 Jan 1970/i.test(line) || value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  }

  /** Follows redirects at the provider. @returns the first page, or the redirect that leaves the provider */
  async function follow(
    url: string,
    init?: RequestInit,
  ): Promise<{ page?: Response; leftFor?: URL; at: string }> {
    let at = new URL(url, issuer).href;
    let response = await request(at, init);
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) return { page: response, at };
      const next = new URL(location, at);
      if (next.origin !== issuer) return { leftFor: next, at };
      at = next.href;
      response = await request(at);
    }
    throw new Error(`too many redirects, the last to ${at}`);
  }

  return { request, follow, cookies };
}

/** A PKCE pair and the authorization request that goes with it. */
export function authorization(issuer: string, redirectUri: string, more: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const parameters = {
    client_id: 'rejoin-console',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid rejoin/play',
    state: 'state-1',
    nonce: 'nonce-1',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  return { verifier, url: `${issuer}/auth?${new URLSearchParams(parameters)}` };
}

/** Trades at the token endpoint as the page does, from the page's origin. */
export async function trade(
  issuer: string,
  parameters: Record<string, string>,
  origin = 'http://127.0.0.1:4400',
) {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { origin },
    body: new URLSearchParams({ client_id: 'rejoin-console', ...parameters }),
  });
  return { response, body: (await response.json()) as Record<string, string> };
}

/** The whole sign-in: authorization request, typed name, traded code. */
export async function signIn(
  issuer: string,
  player: string,
  redirectUri: string,
  browser = createBrowser(issuer),
) {
  const { verifier, url } = authorization(issuer, redirectUri);
  let step = await browser.follow(url);
  const asked = step.leftFor === undefined;
  if (asked) step = await browser.follow(step.at, { method: 'POST', body: new URLSearchParams({ player }) });
  if (step.leftFor === undefined) throw new Error(`the sign-in stopped at ${step.at}`);
  const code = step.leftFor.searchParams.get('code') ?? '';
  const { response, body } = await trade(issuer, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  });
  return { browser, asked, callback: step.leftFor, response, tokens: body };
}
