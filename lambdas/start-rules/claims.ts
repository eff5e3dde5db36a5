import type { ClaimName } from '../../contract/start-rules.ts';
import { Problem } from '../problems/problems.ts';

/** The members of a verified token's payload, with their types. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * Reads the claims of the access token that the authorizer has verified.
 *
 * The event's own claims do not do: API Gateway makes text of each. There a player's group that is called `x admin` looks like
 * the two groups `x` and `admin`.
 *
 * @param authorization the request's header; the authorizer takes it with and without `Bearer`
 * @param verified `iss` and `sub` as the authorizer read them. Only the token that says the same is the one that it verified.
 * @throws Problem `start_not_allowed` for any other token
 */
export function claimsOf(
  authorization: string | undefined,
  verified: { readonly iss: string; readonly sub: string },
): Claims {
  const claims = payloadOf(authorization ?? '');
  if (claims?.iss !== verified.iss || claims.sub !== verified.sub) {
    throw new Problem('start_not_allowed', 'The Authorization header contains no readable JWT.');
  }
  return claims;
}

/** What stands between the two dots: so the word `Bearer` before the token does not matter. */
function payloadOf(header: string): Claims | undefined {
  const [, payload, ...rest] = header.split('.');
  if (payload === undefined || rest.length !== 1) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a claim; undefined where the token has none. Nothing is inherited: `constructor` is no claim. */
export function claimAt(claims: Claims, name: ClaimName): unknown {
  let value: unknown = claims;
  for (const member of [name].flat()) {
    if (!isObject(value) || !Object.hasOwn(value, member)) return undefined;
    value = value[member];
  }
  return value;
}
