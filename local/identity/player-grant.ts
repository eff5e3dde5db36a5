import { errors, type Provider, type ProviderContext, type ResourceServer } from 'oidc-provider';
import { PLAYER_GRANT, playerNameProblem } from './names.ts';

const PARAMETERS = ['player', 'kind', 'scope', 'audience', 'expires_in', 'claims'] as const;

/** Claims that say whose token it is and for how long: the provider's own. */
const OWN_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'scope', 'client_id'];

/** The furthest a token's expiry may lie from now: a day ago, or in a day, which outlasts a long bench. */
const MOST_SECONDS = 24 * 60 * 60;

interface Settings {
  resource: ResourceServer;
  scope: string;
  audience: string;
}

/**
 * The grant type of the token command and the tests. `player` gets an access token like the console's, with more `claims`
 * (a JSON object) where they are given. On request
 * it is one that the player API must refuse: an ID token (`kind=id`), another `scope`, another `audience`, or an
 * expired one (`expires_in` of zero or less, in seconds from now). Nothing is stored, so thousands take seconds.
 */
export function registerPlayerGrant(provider: Provider, { resource, scope, audience }: Settings): void {
  provider.registerGrantType(
    PLAYER_GRANT,
    async (ctx) => {
      const { params, client } = ctx.oidc;
      const player = params.player ?? '';
      const problem = playerNameProblem(player);
      if (problem !== undefined) throw new errors.InvalidRequest(`player: ${problem}`);
      const kind = params.kind ?? 'access';
      if (kind === 'id') {
        ctx.body = await idTokenFor(ctx, player);
        return;
      }
      if (kind !== 'access') throw new errors.InvalidRequest('kind: write access or id');

      const token = new provider.AccessToken({ client, accountId: player, gty: PLAYER_GRANT });
      const { iat, exp } = lifetime(params.expires_in);
      Object.assign(token, { resourceServer: resource, scope: params.scope ?? scope, iat, exp });
      Object.assign(token, { aud: params.audience ?? audience, extra: moreClaims(params.claims) });
      ctx.body = {
        access_token: await token.save(),
        token_type: 'Bearer',
        expires_in: Math.max(0, exp - Math.floor(Date.now() / 1000)),
        scope: token.scope,
      };
    },
    PARAMETERS,
  );
}

/** @throws InvalidRequest for what is no JSON object, or has a claim of the provider's own */
function moreClaims(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  let claims: unknown;
  try {
    claims = JSON.parse(text);
  } catch {
    claims = undefined;
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) {
    throw new errors.InvalidRequest('claims: write a JSON object such as {"plan": "gold"}');
  }
  const own = Object.keys(claims).find((name) => OWN_CLAIMS.includes(name));
  if (own !== undefined) throw new errors.InvalidRequest(`claims: ${own} is the provider’s own`);
  return claims as Record<string, unknown>;
}

async function idTokenFor(ctx: ProviderContext, player: string) {
  const token = new ctx.oidc.provider.IdToken({ sub: player }, { ctx });
  token.scope = 'openid';
  return { id_token: await token.issue({ use: 'idtoken' }), token_type: 'N_A' };
}

/** Epoch seconds. Like a real one, an expired token was issued before it expired. */
function lifetime(expiresIn: string | undefined): { iat: number; exp: number } {
  const seconds = expiresIn === undefined ? 15 * 60 : Number(expiresIn);
  if (!Number.isInteger(seconds) || Math.abs(seconds) > MOST_SECONDS) {
    throw new errors.InvalidRequest(
      `expires_in: write whole seconds from -${MOST_SECONDS} to ${MOST_SECONDS}`,
    );
  }
  const now = Math.floor(Date.now() / 1000);
  return { iat: seconds > 0 ? now : now + seconds - 15 * 60, exp: now + seconds };
}
