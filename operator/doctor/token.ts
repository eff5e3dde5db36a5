import type { Settings } from '../../infra/settings/settings.ts';
import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import { type Finding, ok, problem } from './finding.ts';

/** What API Gateway's authorizer asks of a token. */
export interface TokenRequirements {
  issuer: string;
  audience: readonly string[];
  scope: string;
}

type Json = Record<string, unknown>;

/** API Gateway takes tokens with RSA signatures only (HTTP API developer guide, "JWT authorizers"). */
const RSA = /^(RS|PS)(256|384|512)$/;

/** A value of the token in at most 100 characters. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 100 ? `${text.slice(0, 97)}...` : text;
}

/** @returns header and claims, or undefined for a text that is no JWT */
function decode(token: string): { header: Json; claims: Json } | undefined {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part): unknown => {
      try {
        return JSON.parse(Buffer.from(part, 'base64url').toString());
      } catch {
        return undefined;
      }
    });
  const isObject = (value: unknown): value is Json =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (token.split('.').length !== 3 || !isObject(header) || !isObject(claims)) return undefined;
  return { header, claims };
}

/**
 * Compares a player's access token with the settings, a line for each claim, as API Gateway and the functions would.
 * It does not verify the signature: the API does when it is called with the token. No line has the token or its subject.
 * @param now epoch milliseconds by a clock that is right
 */
export function checkToken(
  token: string,
  required: TokenRequirements,
  { userId, now }: { userId: Settings['userId']; now: number },
): Finding[] {
  const decoded = decode(token.replace(/^Bearer +/i, '').trim());
  if (decoded === undefined) {
    const says = 'is not a JSON Web Token of three parts, so API Gateway refuses it';
    const todo =
      "have the provider issue access tokens in JWT form (Auth0 does if the page names the API as audience), and give the token's whole text";
    return [problem('token', says, todo)];
  }
  const { header, claims } = decoded;
  return [
    checkSignature(header),
    checkIss(claims, required),
    checkAudience(claims, required),
    checkScope(claims, required),
    checkExpiry(claims, now),
    checkBegin(claims, now),
    checkPlayer(claims, userId),
  ];
}

function checkSignature({ alg, kid }: Json): Finding {
  const subject = "token's alg";
  if (typeof alg !== 'string' || !RSA.test(alg)) {
    const says = `is ${shown(alg)}, and API Gateway accepts RSA signatures only`;
    return problem(subject, says, 'have the provider sign access tokens with RS256');
  }
  if (typeof kid !== 'string') {
    const says = `is ${alg}, but the token names no key (kid), so API Gateway finds none`;
    return problem(subject, says, 'have the provider put kid into the header of access tokens');
  }
  return ok(subject, `is ${alg}, and the token names its key`);
}

function checkIss({ iss }: Json, { issuer }: TokenRequirements): Finding {
  const subject = "token's iss";
  if (iss === issuer) return ok(subject, `is ${shown(iss)}, as in identity.issuer`);
  if (typeof iss !== 'string') {
    return problem(subject, 'is missing', 'give an access token of your identity provider');
  }
  const isSlash = `${iss}/` === issuer || iss === `${issuer}/`;
  const says = isSlash
    ? `is ${shown(iss)}, and identity.issuer is ${shown(issuer)}: only the last / differs, and API Gateway refuses the token`
    : `is ${shown(iss)}, and identity.issuer is ${shown(issuer)}`;
  const todo = `write "issuer": ${shown(iss)} in identity, character for character, or take a token of the other provider`;
  return problem(subject, says, todo);
}

function checkAudience({ aud, client_id }: Json, { audience }: TokenRequirements): Finding {
  // API Gateway looks at client_id only in a token without aud.
  const [name, value] = aud === undefined ? ['client_id', client_id] : ['aud', aud];
  const values = [value].flat().filter((each) => typeof each === 'string');
  const subject = `token's ${name}`;
  const wanted = audience.map((each) => shown(each)).join(', ');
  if (aud === undefined && client_id === undefined) {
    const says = 'is missing, and so is aud: API Gateway refuses the token';
    return problem(subject, says, `have the provider put ${wanted} into aud of access tokens`);
  }
  if (values.some((each) => audience.includes(each))) {
    return ok(subject, `is ${shown(value)}, which identity.audience has`);
  }
  const first = values[0] ?? '...';
  const says = `is ${shown(value)}, and identity.audience has ${wanted}`;
  return problem(subject, says, `write "audience": [${shown(first)}] in identity, if that is your game`);
}

function checkScope({ scope, scp }: Json, { scope: wanted }: TokenRequirements): Finding {
  const [name, claim] = scope === undefined ? ['scp', scp] : ['scope', scope];
  const subject = `token's ${scope === undefined && scp === undefined ? 'scope' : name}`;
  const granted =
    typeof claim === 'string' ? claim.split(' ') : [claim].flat().filter((each) => each !== undefined);
  if (granted.includes(wanted)) return ok(subject, `has ${shown(wanted)}`);
  if (granted.length === 0) {
    const says = `is missing, and identity.scope is ${shown(wanted)}`;
    const todo = `give the access token, not the ID token, and have the page request the scope ${shown(wanted)}`;
    return problem(subject, says, todo);
  }
  const says = `has ${granted.map(shown).join(', ')}, and not ${shown(wanted)} of identity.scope`;
  // Entra ID puts the short name into the token of a page that asked for the long one.
  const short = granted.find((each) => typeof each === 'string' && wanted.endsWith(`/${each}`));
  if (short !== undefined) {
    return problem(
      subject,
      says,
      `write "scope": ${shown(short)} in identity; the page still requests the long name`,
    );
  }
  return problem(
    subject,
    says,
    `have the page request the scope ${shown(wanted)}, and the provider grant it`,
  );
}

/** A duration in words, at most minutes or hours. */
function duration(milliseconds: number): string {
  const seconds = Math.round(Math.abs(milliseconds) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`;
}

function checkExpiry({ exp }: Json, now: number): Finding {
  const subject = "token's exp";
  if (typeof exp !== 'number') {
    return problem(
      subject,
      'is missing, so API Gateway refuses the token',
      'have the provider put exp into access tokens',
    );
  }
  const left = exp * 1000 - now;
  if (left > 0) return ok(subject, `is ${duration(left)} ahead`);
  return problem(
    subject,
    `was ${duration(left)} ago: the token has expired`,
    'sign in again, and give a fresh token',
  );
}

function checkBegin(claims: Json, now: number): Finding {
  const subject = "token's iat and nbf";
  for (const name of ['iat', 'nbf']) {
    const at = claims[name];
    if (at === undefined || (typeof at === 'number' && at * 1000 <= now)) continue;
    if (typeof at !== 'number')
      return problem(subject, `${name} is ${shown(at)}, no number`, 'ask the provider');
    const says = `${name} is ${duration(at * 1000 - now)} in the future, so API Gateway refuses the token until then`;
    return problem(subject, says, "correct the identity provider's clock");
  }
  return ok(subject, 'are not in the future');
}

function checkPlayer({ iss, sub }: Json, userId: Settings['userId']): Finding {
  const subject = "token's sub";
  if (typeof sub !== 'string' || sub === '') {
    return problem(
      subject,
      'is missing, so the functions do not know the player',
      'have the provider put sub into access tokens',
    );
  }
  try {
    const playerId = playerIdOf(String(iss), sub, userId);
    if (userId === 'subject') return ok(subject, 'can be the player id, as "userId": "subject" says');
    return ok(subject, `becomes the player id ${playerId}`);
  } catch (error) {
    const says = `cannot be a player id: ${(error as Error).message.replace(/\.$/, '')}`;
    return problem(subject, says, 'write "userId": "pseudonym", or have the provider issue other subjects');
  }
}
