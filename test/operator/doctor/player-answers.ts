import type { Reply } from '../support.ts';

const NO_STORE = { 'cache-control': 'no-store' };

/** A problem as a function answers it. */
export const problemAnswer = (status: number, code: string): Reply => ({
  status,
  headers: { ...NO_STORE, 'content-type': 'application/problem+json' },
  body: { type: `urn:rejoin:problem:${code}`, title: code, status, code, retry: 'never', requestId: 'r' },
});

/** What the player routes answer to the doctor if all is well. `test/e2e/doctor.test.ts` asks the real ones. */
export function playerAnswer(method: string, path: string): Reply {
  if (path.endsWith('/rejoin-doctor-asks') || path.endsWith('/connections')) {
    return problemAnswer(404, 'stream_session_not_found');
  }
  if (method === 'POST') return problemAnswer(400, 'invalid_request');
  return {
    status: 200,
    headers: { ...NO_STORE, 'content-type': 'application/json' },
    body: { streamSessions: [] },
  };
}

/** A token that nobody signed: the doctor reads it, and API Gateway verifies it. */
export function unsignedToken(claims: object, header: object = { alg: 'RS256', kid: 'k' }): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.c2lnbmF0dXJl`;
}
