import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Provider, type ProviderContext, type ResourceServerData } from 'oidc-provider';
import { createMemoryStorage } from './memory.ts';
import { CLI_CLIENT_ID, PAGE_CLIENT_ID, PLAYER_GRANT, playerNameProblem } from './names.ts';
import { errorPage, signedOutPage, signOutPage } from './pages.ts';
import { registerPlayerGrant } from './player-grant.ts';

/** Short on purpose: one long session shows whether a page forgets to refresh its token. */
const ACCESS_TOKEN_SECONDS = 15 * 60;

const DAY_SECONDS = 24 * 60 * 60;

/** The player API as a resource (RFC 8707 wants a URI here); tokens carry `audience` instead. */
const RESOURCE = 'urn:rejoin:player-api';

/** Settings of the provider; see {@link createProvider}. */
export interface ProviderSettings {
  /** Base URL, also the `iss` of every token. */
  issuer: string;
  /** Origins of pages. Each page there may end a sign-in or a sign-out, at any path. */
  redirectOrigins: readonly string[];
  /** The `aud` of access tokens. */
  audience: string;
  /** The scope that lets a player play. */
  scope: string;
}

/**
 * An OpenID provider in memory. It makes new keys at each start, so tokens of an earlier run are worthless. Access
 * tokens are RS256 JWTs for the player API, whether or not a client asks for a resource: a deployer's page may not use
 * resource indicators.
 */
export async function createProvider({ issuer, redirectOrigins, audience, scope }: ProviderSettings) {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const jwk = privateKey.export({ format: 'jwk' });
  const resource: ResourceServerData = {
    scope,
    audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: ACCESS_TOKEN_SECONDS,
    jwt: { sign: { alg: 'RS256' } },
  };
  const landing = redirectOrigins.map((origin) => new URL('/', origin).href);
  // Browsers ignore the port of a cookie: with the same names, two deployments on one machine would sign each other's players out.
  const cookie = (name: string) => `rejoin_${new URL(issuer).port}_${name}`;

  const provider = new Provider(issuer, {
    adapter: createMemoryStorage(),
    jwks: { keys: [{ ...jwk, use: 'sig', alg: 'RS256', kid: randomBytes(8).toString('hex') }] },
    clients: [
      {
        client_id: PAGE_CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: landing,
        post_logout_redirect_uris: landing,
      },
      {
        client_id: CLI_CLIENT_ID,
        token_endpoint_auth_method: 'none',
        grant_types: [PLAYER_GRANT],
        response_types: [],
        redirect_uris: [],
      },
    ],
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: cookie('session'), interaction: cookie('sign_in'), resume: cookie('resume') },
    },
    scopes: ['openid'],
    claims: { openid: ['sub'] },
    responseTypes: ['code'],
    clientAuthMethods: ['none'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => resource,
      },
      revocation: { enabled: true, allowedPolicy: () => true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx: ProviderContext, form: string) =>
          page(ctx, signOutPage({ form, isConfirmed: 'IdTokenHint' in ctx.oidc.entities, redirectOrigins })),
        postLogoutSuccessSource: (ctx: ProviderContext) => page(ctx, signedOutPage()),
      },
    },
    interactions: { url: (_ctx: ProviderContext, { uid }: { uid: string }) => `/sign-in/${uid}` },
    extraTokenClaims: (_ctx: ProviderContext, token: { extra?: Record<string, unknown> }) => token.extra,
    findAccount: (_ctx: ProviderContext, sub: string) =>
      playerNameProblem(sub) === undefined ? { accountId: sub, claims: () => ({ sub }) } : undefined,
    loadExistingGrant: (ctx: ProviderContext) => impliedGrant(ctx, scope),
    issueRefreshToken: (_ctx: ProviderContext, client: { grantTypeAllowed(type: string): boolean }) =>
      client.grantTypeAllowed('refresh_token'),
    clientBasedCORS: (_ctx: ProviderContext, origin: string, client: { clientId: string }) =>
      client.clientId === PAGE_CLIENT_ID && redirectOrigins.includes(origin),
    renderError: (ctx: ProviderContext, out: Record<string, string>) => page(ctx, errorPage(out)),
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      IdToken: 60 * 60,
      Interaction: 60 * 60,
      Grant: 14 * DAY_SECONDS,
      RefreshToken: DAY_SECONDS,
      Session: DAY_SECONDS,
    },
  });

  const { prototype: client } = provider.Client;
  client.redirectUriAllowed = (uri) => isPageOf(uri, redirectOrigins);
  client.postLogoutRedirectUriAllowed = (uri) => isPageOf(uri, redirectOrigins);
  registerPlayerGrant(provider, {
    resource: new provider.ResourceServer(RESOURCE, resource),
    scope,
    audience,
  });
  return provider;
}

/** Whether an address is one of these origins' pages. A fragment would be lost, and a user name could only mislead. */
function isPageOf(uri: string, origins: readonly string[]): boolean {
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('#') || !URL.canParse(uri)) return false;
  const { origin, username, password } = new URL(uri);
  return origins.includes(origin) && username === '' && password === '';
}

/** Grants without asking for consent: the only client belongs to the deployment itself. */
async function impliedGrant(ctx: ProviderContext, scope: string) {
  const { provider, client, session } = ctx.oidc;
  const known = session.grantIdFor(client.clientId);
  const existing = known === undefined ? undefined : await provider.Grant.find(known);
  if (existing !== undefined || session.accountId === undefined) return existing;

  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope('openid');
  grant.addResourceScope(RESOURCE, scope);
  await grant.save();
  return grant;
}

function page(
  ctx: ProviderContext,
  { html, headers }: { html: string; headers: Record<string, string> },
): void {
  for (const [name, value] of Object.entries(headers)) ctx.set(name, value);
  ctx.type = 'html';
  ctx.body = html;
}
