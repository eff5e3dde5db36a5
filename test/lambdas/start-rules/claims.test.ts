import { describe, expect, it } from 'vitest';
import { type Claims, claimAt, claimsOf } from '../../../lambdas/start-rules/claims.ts';

const verified = { iss: 'https://login.example.com', sub: 'alice' };
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (payload: unknown) => `${encoded({ alg: 'RS256' })}.${encoded(payload)}.signature`;

describe('the claims of the access token', () => {
  it('keep their types: a list stays a list, a number a number', () => {
    const payload = { ...verified, 'cognito:groups': ['x admin'], level: 7, név: 'Ünal' };
    expect(claimsOf(`Bearer ${token(payload)}`, verified)).toEqual(payload);
  });

  it('are read with and without the word Bearer, as the authorizer takes both', () => {
    for (const header of [token(verified), `bearer ${token(verified)}`, `BEARER   ${token(verified)}`]) {
      expect(claimsOf(header, verified), header).toEqual(verified);
    }
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['two parts', `Bearer ${token(verified).split('.').slice(0, 2).join('.')}`],
    ['four parts', `Bearer ${token(verified)}.more`],
    ['a second token behind it', `Bearer ${token(verified)},Bearer ${token(verified)}`],
    ['a payload that is no JSON', `Bearer a.${Buffer.from('{').toString('base64url')}.c`],
    ['a payload that is a list', `Bearer ${token([verified])}`],
    ['a payload that is null', `Bearer ${token(null)}`],
    ['another player', `Bearer ${token({ ...verified, sub: 'bob' })}`],
    ['another issuer', `Bearer ${token({ ...verified, iss: `${verified.iss}/` })}`],
    ['a subject of another type', `Bearer ${token({ ...verified, sub: ['alice'] })}`],
    ['no subject', `Bearer ${token({ iss: verified.iss })}`],
  ])('are refused for %s: it is not the token that was verified', (_what, header) => {
    expect(() => claimsOf(header, verified)).toThrow(
      expect.objectContaining({ code: 'start_not_allowed' }) as Error,
    );
  });

  it('are found by name, and by the names on the way to a member', () => {
    const claims: Claims = { 'https://example.com/plan': 'gold', realm_access: { roles: ['tester'] } };
    expect(claimAt(claims, 'https://example.com/plan')).toBe('gold');
    expect(claimAt(claims, ['realm_access', 'roles'])).toEqual(['tester']);
    // A dot is part of a name, and no way into it.
    expect(claimAt(claims, 'realm_access.roles')).toBeUndefined();
  });

  it.each(['constructor', '__proto__', 'toString', ['realm_access', 'length'], ['a', 'b'], ['list', '0']])(
    'are not found where the token has none: %j',
    (name) => {
      expect(claimAt({ realm_access: 'text', list: ['x'], a: null }, name)).toBeUndefined();
    },
  );
});
