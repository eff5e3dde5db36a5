import { createHash } from 'node:crypto';

/** What tells one request from another. Digests, never the offer itself. */
export interface RequestFingerprint {
  /** Digest of key and offer: what makes two requests the same one. */
  request: string;
  /** Digest of the offer. */
  offer: string;
  /** The idempotency key as sent, if one was. */
  key?: string;
}

/**
 * A digest of a list of strings in which no two different lists collide: each part goes in behind its length,
 * so `['ab','c']` and `['a','bc']` differ. 43 characters of base64url (SHA-256).
 */
function digest(purpose: string, parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of [purpose, ...parts]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest('base64url');
}

/**
 * What makes two requests the same request: the idempotency key, if there is one, the offer, and whatever else the request asks
 * for. Absent and empty keys differ from every given one, since a given key is never empty. The offer, kilobytes of it, is
 * read once, and kept nowhere.
 */
export function fingerprintOf(
  { key, signalRequest }: { key: string | undefined; signalRequest: string },
  ...others: readonly string[]
): RequestFingerprint {
  const offer = digest('offer', [signalRequest]);
  const request = digest('request', [key ?? '', ...others, offer]);
  return { request, offer, ...(key === undefined ? {} : { key }) };
}

/**
 * The `ClientToken` of a reconnect. Derived, never random: however often browser, SDK or Lambda repeat a
 * request, AWS sees one token and acts once. 43 characters of `[A-Za-z0-9_-]`, within AWS's 32 to 128 of
 * `[\x21-\x7E]`.
 *
 * @param request the fingerprint's digest of key and offer.
 */
export function connectionClientToken(
  of: { streamGroupId: string; streamSessionId: string; playerId: string },
  request: string,
): string {
  return digest('connection', [of.streamGroupId, of.streamSessionId, of.playerId, request]);
}

/** The `ClientToken` of a start: the same for every repetition of one player's one request. */
export function startClientToken(playerId: string, request: string): string {
  return digest('start', [playerId, request]);
}

/** Tells players apart where nothing more needs to be known of them: 12 characters. */
export function playerMark(playerId: string): string {
  return digest('player', [playerId]).slice(0, 12);
}

/** Tells one request of a session from the one before where no more needs to be known of it: 8 characters of its digest. */
export function requestMark(request: string): string {
  return request.slice(0, 8);
}

/**
 * The public name of the connection that a client token makes. Derived from it, so a repeated request names the
 * same connection even when the function that made it died before it could write the name down.
 */
export function connectionIdOf(clientToken: string): string {
  return digest('connectionId', [clientToken]).slice(0, 22);
}
