import { base64url, randomValue, textOfBase64url } from './base64url.ts';

/** The values of an authorization request that are checked when the player is back from the provider. */
export interface PendingSignIn {
  verifier: string;
  state: string;
  nonce: string;
}

/** A fresh verifier, state and nonce. */
export function createPendingSignIn(): PendingSignIn {
  return { verifier: randomValue(), state: randomValue(), nonce: randomValue() };
}

/** The S256 challenge of RFC 7636. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
}

/**
 * The code in the address to which the provider sent the player back; undefined for any other address.
 *
 * @param provider `namesItself` where it promises to name its issuer in that address
 * @throws Error with a sentence for the player when the provider refused, or this tab did not start the sign-in.
 */
export function codeFrom(
  address: URL,
  pending: PendingSignIn | undefined,
  { issuer, namesItself }: { issuer: string; namesItself: boolean },
): string | undefined {
  const { searchParams } = address;
  if (!searchParams.has('code') && !searchParams.has('error')) return undefined;
  if (pending === undefined || searchParams.get('state') !== pending.state) {
    throw new Error('This sign-in was not started in this tab. Press Sign in to start one here.');
  }
  // A provider that never names itself cannot be told from another by that.
  if ((namesItself || searchParams.has('iss')) && searchParams.get('iss') !== issuer) {
    throw new Error('The sign-in came back from another provider. Press Sign in to try again.');
  }
  const error = searchParams.get('error');
  if (error !== null) {
    const reason = searchParams.get('error_description') ?? error;
    throw new Error(`The provider refused the sign-in (${reason}). Press Sign in to try again.`);
  }
  return searchParams.get('code') ?? undefined;
}

/**
 * The player that an ID token names. Its signature is not checked: it came directly from the provider's token
 * endpoint, not through the browser's address (OpenID Connect Core 3.1.3.7).
 *
 * @throws Error with a sentence for the player when the token belongs to another sign-in.
 */
export function playerOf(
  idToken: string,
  { issuer, clientId, nonce }: { issuer: string; clientId: string; nonce: string },
): string {
  const claims = JSON.parse(textOfBase64url(idToken.split('.')[1] ?? '')) as Record<string, unknown>;
  if (
    claims.iss !== issuer ||
    ![claims.aud].flat().includes(clientId) ||
    claims.nonce !== nonce ||
    typeof claims.sub !== 'string'
  ) {
    throw new Error('The sign-in came back for somebody else. Press Sign in to try again.');
  }
  return claims.sub;
}

/** The subject of an access token, for the page to show; `a player` where the token can't be read. */
export function subjectOf(accessToken: string): string {
  try {
    const claims = JSON.parse(textOfBase64url(accessToken.split('.')[1] ?? '')) as { sub?: unknown };
    if (typeof claims.sub === 'string') return claims.sub;
  } catch {
    // The API decides about tokens. The page only shows a name.
  }
  return 'a player';
}
