import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import type { AuthorizerModel } from '../template/model.ts';
import { checkIssuer, issuerKeys } from './jwt-keys.ts';

type JwtSettings = Extract<AuthorizerModel, { kind: 'jwt' }>;

/** The authorizer's decision. `challenge` is the value of `www-authenticate`. */
type Authorization =
  | { decision: 'allow'; jwt: { claims: Record<string, string>; scopes: string[] | null } }
  | { decision: 'unauthorized' | 'forbidden'; challenge: string };

/** Decides by the value of an `Authorization` header. */
export type JwtAuthorizer = (authorization: string | undefined) => Promise<Authorization>;

/** "Currently, only RSA-based algorithms are supported." */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/**
 * A JWT authorizer by AWS's rules (API Gateway developer guide, "Control access to HTTP APIs with JWT
 * authorizers"): a signature by the issuer's RSA key that `kid` names; the same `iss`; one of `aud` in the list, or
 * `client_id` when there is no `aud`; `exp` in the future, `nbf` and `iat` in the past; and at least one of the
 * route's scopes in `scope` or `scp`.
 * @throws Error for an issuer that is neither https nor on this machine
 */
export function createJwtAuthorizer(settings: JwtSettings): JwtAuthorizer {
  checkIssuer(settings.issuer);
  const keys = issuerKeys(settings.issuer);
  return async (authorization) => {
    const token = authorization?.replace(/^Bearer +/i, '').trim();
    if (!token) return { decision: 'unauthorized', challenge: 'Bearer' };
    const checked = await verify(token, settings, keys);
    if (typeof checked === 'string') {
      return {
        decision: 'unauthorized',
        challenge: `Bearer scope="" error="invalid_token" error_description="${checked}"`,
      };
    }
    const granted = scopesOf(checked);
    if (settings.scopes.length > 0 && !settings.scopes.some((scope) => granted.includes(scope))) {
      return {
        decision: 'forbidden',
        challenge: `Bearer scope="${settings.scopes.join(' ')}" error="insufficient_scope"`,
      };
    }
    const scopes = settings.scopes.length > 0 ? granted : null;
    return { decision: 'allow', jwt: { claims: claimStrings(checked), scopes } };
  };
}

/** The token's claims, or why it is refused. */
async function verify(
  token: string,
  settings: JwtSettings,
  keys: ReturnType<typeof issuerKeys>,
): Promise<JWTPayload | string> {
  let kid: unknown;
  try {
    kid = decodeProtectedHeader(token).kid;
  } catch {
    return 'the token is malformed';
  }
  if (typeof kid !== 'string') return 'the token has no key id';
  const keySet = await keys().catch(() => undefined);
  if (!keySet) return 'OIDC discovery endpoint communication error';
  try {
    const { payload } = await jwtVerify(token, keySet, {
      algorithms,
      issuer: settings.issuer,
      requiredClaims: ['exp'],
    });
    if (payload.iat !== undefined && payload.iat > Date.now() / 1000)
      return 'the token is used before issued';
    if (!audienceMatches(payload, settings.audience)) return 'the token does not have a valid audience';
    return payload;
  } catch (error) {
    return refusal(error);
  }
}

function audienceMatches(payload: JWTPayload, audience: readonly string[]): boolean {
  const presented = payload.aud === undefined ? payload.client_id : payload.aud;
  return [presented].flat().some((one) => typeof one === 'string' && audience.includes(one));
}

function scopesOf(payload: JWTPayload): string[] {
  const claim = payload.scope ?? payload.scp;
  if (typeof claim === 'string') return claim.split(' ').filter((scope) => scope !== '');
  return Array.isArray(claim) ? claim.map(String) : [];
}

/** The reason in AWS's words. None of them repeats a part of the token. */
function refusal(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return 'the token does not have a valid issuer';
    if (error.claim === 'nbf') return 'the token is not valid yet';
    return `the token has no valid ${error.claim}`;
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the signing method is invalid';
  if (error instanceof errors.JWKSNoMatchingKey) return 'the key id is not in the key set';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is invalid';
  if (error instanceof errors.JWKSTimeout) return 'JWKS communication error';
  return error instanceof errors.JOSEError ? 'the token is malformed' : 'JWKS communication error';
}

/**
 * Claims as the event carries them: every value a string, a list as `[a b]`, an object as JSON, null left out
 * (measured on live HTTP APIs).
 */
function claimStrings(payload: JWTPayload): Record<string, string> {
  const claims: Record<string, string> = {};
  for (const [name, value] of Object.entries(payload)) {
    if (value !== null && value !== undefined) claims[name] = claimString(value);
  }
  return claims;
}

function claimString(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(claimString).join(' ')}]`;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
