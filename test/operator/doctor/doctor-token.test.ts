import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkClock, clockAheadMs } from '../../../operator/doctor/clock-check.ts';
import { checkAudiences } from '../../../operator/doctor/issuer.ts';
import { checkToken } from '../../../operator/doctor/token.ts';
import { unsignedToken } from './player-answers.ts';

const NOW = Date.parse('2026-03-04T05:06:07Z');
const seconds = NOW / 1000;
const required = { issuer: 'https://id.example.com/', audience: ['game', 'other'], scope: 'game/play' };
const good = {
  iss: 'https://id.example.com/',
  aud: 'game',
  scope: 'openid game/play',
  sub: 'auth0|7',
  iat: seconds - 60,
  exp: seconds + 840,
};
const check = (
  claims: object,
  { header, userId = 'pseudonym' }: { header?: object; userId?: 'pseudonym' | 'subject' } = {},
) => checkToken(unsignedToken(claims, header), required, { userId, now: NOW });
const wrong = (...given: Parameters<typeof check>) =>
  check(...given)
    .filter(({ level }) => level !== 'ok')
    .map(({ level, subject, says, todo }) => `${level} ${subject}: ${says} → ${todo}`);
const without = (name: keyof typeof good, more: object = {}) => {
  const { [name]: _left, ...others } = good;
  return { ...others, ...more };
};

describe("the doctor's look at a token", () => {
  it('says of each claim that it fits, as API Gateway and the functions read it', () => {
    expect(check(good).map(({ level, subject, says }) => `${level} ${subject}: ${says}`)).toEqual([
      "ok token's alg: is RS256, and the token names its key",
      `ok token's iss: is "https://id.example.com/", as in identity.issuer`,
      `ok token's aud: is "game", which identity.audience has`,
      `ok token's scope: has "game/play"`,
      "ok token's exp: is 14 minutes ahead",
      "ok token's iat and nbf: are not in the future",
      `ok token's sub: becomes the player id ${createHash('sha256').update('https://id.example.com/\0auth0|7').digest('base64url')}`,
    ]);
  });

  it.each([
    ['a list of audiences', { ...good, aud: ['x', 'other'] }],
    ['a client_id and no aud, as of Cognito', without('aud', { client_id: 'game' })],
    ['its scopes in scp, as text', without('scope', { scp: 'game/play x' })],
    ['its scopes in scp, as a list', without('scope', { scp: ['x', 'game/play'] })],
    ['no iat', without('iat')],
  ])('takes a token with %s', (_what, claims) => {
    expect(wrong(claims)).toEqual([]);
  });

  it.each([
    [
      'an issuer without its last slash',
      { ...good, iss: 'https://id.example.com' },
      `problem token's iss: is "https://id.example.com", and identity.issuer is "https://id.example.com/": only the last / differs, and API Gateway refuses the token → write "issuer": "https://id.example.com" in identity, character for character, or take a token of the other provider`,
    ],
    [
      'another issuer',
      { ...good, iss: 'https://id.example.org/' },
      `problem token's iss: is "https://id.example.org/", and identity.issuer is "https://id.example.com/" → write "issuer": "https://id.example.org/" in identity, character for character, or take a token of the other provider`,
    ],
    [
      'no issuer',
      without('iss'),
      "problem token's iss: is missing → give an access token of your identity provider",
    ],
    [
      'another audience',
      { ...good, aud: ['api://game'] },
      `problem token's aud: is ["api://game"], and identity.audience has "game", "other" → write "audience": ["api://game"] in identity, if that is your game`,
    ],
    [
      'the right client_id and a wrong aud, where API Gateway looks at aud only',
      { ...good, aud: 'x', client_id: 'game' },
      `problem token's aud: is "x", and identity.audience has "game", "other" → write "audience": ["x"] in identity, if that is your game`,
    ],
    [
      'neither aud nor client_id',
      without('aud'),
      `problem token's client_id: is missing, and so is aud: API Gateway refuses the token → have the provider put "game", "other" into aud of access tokens`,
    ],
    [
      "Entra's short scope",
      without('scope', { scp: 'play' }),
      `problem token's scp: has "play", and not "game/play" of identity.scope → write "scope": "play" in identity; the page still requests the long name`,
    ],
    [
      'another scope',
      { ...good, scope: 'openid profile' },
      `problem token's scope: has "openid", "profile", and not "game/play" of identity.scope → have the page request the scope "game/play", and the provider grant it`,
    ],
    [
      'no scope, as an ID token',
      without('scope'),
      `problem token's scope: is missing, and identity.scope is "game/play" → give the access token, not the ID token, and have the page request the scope "game/play"`,
    ],
    [
      'an end in the past',
      { ...good, exp: seconds - 3 },
      "problem token's exp: was 3 s ago: the token has expired → sign in again, and give a fresh token",
    ],
    [
      'no end',
      without('exp'),
      "problem token's exp: is missing, so API Gateway refuses the token → have the provider put exp into access tokens",
    ],
    [
      'a time of issue in the future',
      { ...good, iat: seconds + 90 },
      "problem token's iat and nbf: iat is 90 s in the future, so API Gateway refuses the token until then → correct the identity provider's clock",
    ],
    [
      'a beginning in the future',
      { ...good, nbf: seconds + 7200 },
      "problem token's iat and nbf: nbf is 2 hours in the future, so API Gateway refuses the token until then → correct the identity provider's clock",
    ],
    [
      'no subject',
      without('sub'),
      "problem token's sub: is missing, so the functions do not know the player → have the provider put sub into access tokens",
    ],
  ])('finds %s, and says what to change', (_what, claims, line) => {
    expect(wrong(claims)).toEqual([line]);
  });

  it.each([
    [
      'a signature that is not RSA',
      { alg: 'ES256', kid: 'k' },
      `problem token's alg: is "ES256", and API Gateway accepts RSA signatures only → have the provider sign access tokens with RS256`,
    ],
    ['no signature', { alg: 'none' }, expect.stringContaining(`is "none", and API Gateway accepts RSA`)],
    ['no key id', { alg: 'RS256' }, expect.stringContaining('the token names no key (kid)')],
  ])('finds %s', (_what, header, line) => {
    expect(wrong(good, { header })).toEqual([line]);
  });

  it('finds a subject that cannot be a player id where the settings take the subject itself', () => {
    expect(wrong(good, { userId: 'subject' })).toEqual([
      expect.stringMatching(
        /^problem token's sub: cannot be a player id: .* → write "userId": "pseudonym", or/,
      ),
    ]);
    expect(wrong({ ...good, sub: 'ann-7' }, { userId: 'subject' })).toEqual([]);
  });

  it.each([
    ['an opaque token', 'f4k3-0p4que'],
    ['a token whose end was cut off', unsignedToken(good).split('.').slice(0, 2).join('.')],
    ['a token of five parts, which is encrypted', `${unsignedToken(good)}.a.b`],
    ['three words', 'a.b.c'],
  ])('says of %s that it is not a JSON Web Token', (_what, token) => {
    const found = checkToken(token, required, { userId: 'pseudonym', now: NOW });
    expect(found.map(({ level, says }) => `${level} ${says}`)).toEqual([
      'problem is not a JSON Web Token of three parts, so API Gateway refuses it',
    ]);
    expect(JSON.stringify(found)).not.toContain(token);
  });

  it('takes a token that was pasted with the word Bearer', () => {
    const found = checkToken(`Bearer ${unsignedToken(good)}\n`, required, { userId: 'pseudonym', now: NOW });
    expect(found.filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  it('shows at most 100 characters of a claim, and never the subject', () => {
    const text = JSON.stringify(check({ ...good, iss: 'x'.repeat(5000), sub: 'somebody@example.com' }));
    expect(text.length).toBeLessThan(3000);
    expect(text).not.toContain('somebody');
  });
});

it('the doctor finds more audiences than API Gateway takes', () => {
  const audiences = [...Array(51).keys()].map(String);
  expect(checkAudiences(audiences.slice(1))).toEqual([]);
  expect(checkAudiences(audiences).map(({ level, says }) => `${level} ${says}`)).toEqual([
    'problem has 51 audiences, and API Gateway accepts 50',
  ]);
});

describe("the doctor's look at this machine's clock", () => {
  const ahead = (dateMs: number | undefined) =>
    clockAheadMs({
      headers: new Headers(dateMs === undefined ? {} : { date: new Date(dateMs).toUTCString() }),
      askedAt: NOW,
      answeredAt: NOW + 20_000,
      status: 401,
      text: '',
      bytes: 0,
      tookMs: 20_000,
    });

  it('finds no difference while the date lies between request and answer, however slow that was', () => {
    for (const at of [NOW - 1000, NOW, NOW + 19_000, NOW + 21_000]) expect(ahead(at)).toBe(0);
  });

  it.each([
    [NOW - 61_000, 'warning', 'is 60 s ahead of the date that AWS answers: tokens look older'],
    [NOW + 81_000, 'warning', 'is 60 s behind the date that AWS answers: tokens look older'],
    [NOW - 301_000, 'problem', 'is 300 s ahead of the date that AWS answers: AWS refuses what it signs'],
    [undefined, 'unknown', 'cannot be compared: no server answered with a date'],
  ])('compares it with a date of %s: %s', (at, level, says) => {
    const finding = checkClock(ahead(at), 'AWS');
    expect(finding.level).toBe(level);
    expect(finding.says).toContain(says);
  });
});
