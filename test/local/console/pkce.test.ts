import { describe, expect, test } from 'vitest';
import { base64url, textOfBase64url } from '../../../local/console/page/base64url.ts';
import { challengeOf, codeFrom, createPendingSignIn, playerOf } from '../../../local/console/page/pkce.ts';

const ISSUER = 'http://127.0.0.1:4402';
const PROVIDER = { issuer: ISSUER, namesItself: true };
const pending = { verifier: 'v', state: 's', nonce: 'n' };
const back = (query: string) => new URL(`http://127.0.0.1:4400/${query}`);

function idToken(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256' })}.${part(claims)}.signature`;
}

describe('PKCE', () => {
  test('the challenge matches RFC 7636’s example, or no provider would accept it', async () => {
    expect(await challengeOf('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    );
  });

  test('verifier, state and nonce are new each time, of 43 unguessable characters', () => {
    const values = [createPendingSignIn(), createPendingSignIn()].flatMap((one) => Object.values(one));

    expect(new Set(values).size).toBe(6);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('base64url equals Node’s for every byte', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

    expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'));
    expect(textOfBase64url(Buffer.from('ärger|→').toString('base64url'))).toBe('ärger|→');
  });
});

describe('coming back from the provider', () => {
  test('the code of this tab’s own sign-in is accepted', () => {
    expect(codeFrom(back(`?code=c&state=s&iss=${ISSUER}`), pending, PROVIDER)).toBe('c');
  });

  test('any other visit has no code', () => {
    expect(codeFrom(back(''), undefined, PROVIDER)).toBeUndefined();
    expect(codeFrom(back('?utm=x'), pending, PROVIDER)).toBeUndefined();
  });

  test('a provider that never names itself is believed, and one that names another is not', () => {
    const silent = { issuer: ISSUER, namesItself: false };
    expect(codeFrom(back('?code=c&state=s'), pending, silent)).toBe('c');
    expect(() => codeFrom(back('?code=c&state=s'), pending, PROVIDER)).toThrow('another provider');
    expect(() => codeFrom(back('?code=c&state=s&iss=http://evil.example'), pending, silent)).toThrow(
      'another provider',
    );
  });

  test.each([
    ['a link somebody sent', `?code=c&state=s&iss=${ISSUER}`, undefined, 'not started in this tab'],
    ['a state that isn’t ours', `?code=c&state=other&iss=${ISSUER}`, pending, 'not started in this tab'],
    ['another provider', '?code=c&state=s&iss=http://evil.example', pending, 'another provider'],
    [
      'a refusal',
      `?error=access_denied&state=s&iss=${ISSUER}`,
      pending,
      'refused the sign-in (access_denied)',
    ],
  ])('%s is refused with a sentence', (_what, query, known, sentence) => {
    expect(() => codeFrom(back(query), known, PROVIDER)).toThrow(sentence);
  });

  test('an ID token for another client, provider or sign-in is refused', () => {
    const expected = { issuer: ISSUER, clientId: 'rejoin-console', nonce: 'n' };
    const good = { iss: ISSUER, aud: 'rejoin-console', nonce: 'n', sub: 'auth0|alice' };

    expect(playerOf(idToken(good), expected)).toBe('auth0|alice');
    for (const wrong of [{ iss: 'x' }, { aud: 'other' }, { nonce: 'old' }, { sub: 7 }]) {
      expect(() => playerOf(idToken({ ...good, ...wrong }), expected)).toThrow('somebody else');
    }
  });
});
