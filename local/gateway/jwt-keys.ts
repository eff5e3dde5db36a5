import { createRemoteJWKSet, type RemoteJWKSet } from 'jose';

/** AWS's limits for discovery and keys (API Gateway developer guide, HTTP API quotas). */
const fetchTimeoutMs = 1500;
/** "API Gateway can cache the public key for two hours." */
const cacheMaxAgeMs = 2 * 60 * 60 * 1000;

/**
 * Checks an issuer's URL.
 * @throws Error unless it is https, or http on this machine's loopback
 */
export function checkIssuer(issuer: string): void {
  const url = URL.parse(issuer);
  const loopback = url !== null && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback)) return;
  throw new Error(`the JWT authorizer's issuer ${issuer} must be an https URL, or http on 127.0.0.1`);
}

/**
 * The signing keys of an issuer. The first token starts OpenID discovery, and its result is kept. After a failed
 * discovery the next token starts another.
 * @returns a function that rejects when the issuer does not answer
 */
export function issuerKeys(issuer: string): () => Promise<RemoteJWKSet> {
  let discovered: Promise<RemoteJWKSet> | undefined;
  return () => {
    discovered ??= discover(issuer).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  };
}

async function discover(issuer: string): Promise<RemoteJWKSet> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  if (!response.ok) throw new Error(`discovery answered ${response.status}`);
  const { jwks_uri } = (await response.json()) as { jwks_uri?: unknown };
  if (typeof jwks_uri !== 'string') throw new Error('discovery names no jwks_uri');
  return createRemoteJWKSet(new URL(jwks_uri), {
    timeoutDuration: fetchTimeoutMs,
    cacheMaxAge: cacheMaxAgeMs,
    cooldownDuration: 1000,
  });
}
