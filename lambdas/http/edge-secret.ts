import { createHash, timingSafeEqual } from 'node:crypto';
import { Problem } from '../problems/problems.ts';

/** The header that a proxy in front of the API adds to each request. API Gateway hands header names over in lower case. */
const HEADER = 'x-rejoin-edge';

/**
 * Refuses a request that did not come through the proxy in front of the API, which alone knows the header's value. Without digests
 * everybody may ask.
 *
 * Nothing but a digest is known here, so whoever reads the settings learns no value. The comparison takes as long for any value.
 *
 * @param digests SHA-256 in hexadecimal: of the value in use, and of the one before or after it while it is replaced
 * @throws Problem `not_through_edge`
 */
export function requireEdge(
  headers: Readonly<Record<string, string | undefined>>,
  digests: readonly string[] | undefined,
): void {
  if (!digests) return;
  const sent = createHash('sha256')
    .update(headers[HEADER] ?? '')
    .digest();
  const known = digests.filter((digest) => timingSafeEqual(sent, Buffer.from(digest, 'hex')));
  if (known.length > 0) return;
  throw new Problem('not_through_edge', 'Players cannot use this address. Use the address of the game.');
}
