import { createHash } from 'node:crypto';
import type { UserIdMode } from '../../contract/deployed-settings.ts';
import { USER_ID } from '../../contract/requests.ts';
import { Problem } from '../problems/problems.ts';

/**
 * Names the player behind a verified token.
 *
 * `pseudonym` is `base64url(SHA-256(issuer NUL subject))`, 43 characters: subjects such as `auth0|7` or an
 * e-mail address don't fit GameLift Streams' `UserId`, and a digest keeps personal data out of AWS, of the table
 * and of every log. `subject` is for publishers whose own backend already starts sessions with the raw subject.
 *
 * @throws Problem `invalid_request` when the subject is not well-formed Unicode, or as it is does not fit `UserId`.
 */
export function playerIdOf(issuer: string, subject: string, mode: UserIdMode): string {
  // UTF-8 would write two such subjects alike, and two players would be one.
  if (!subject.isWellFormed()) {
    throw new Problem('invalid_request', "The token's subject is not well-formed Unicode.");
  }
  if (mode === 'pseudonym') {
    // NUL can stand in neither a URL nor, by RFC 7519's StringOrURI, usefully in a subject: no two pairs collide.
    return createHash('sha256').update(`${issuer}\0${subject}`).digest('base64url');
  }
  if (!USER_ID.test(subject)) {
    throw new Problem(
      'invalid_request',
      'The token\'s subject cannot be a GameLift Streams user id; set userId to "pseudonym" to derive one.',
    );
  }
  return subject;
}

/**
 * A player's id as an operator gives it.
 * @throws Problem `invalid_request` for what no player can be called.
 */
export function requirePlayerId(id: string | undefined): string {
  if (id !== undefined && USER_ID.test(id)) return id;
  throw new Problem(
    'invalid_request',
    "playerId: must be 1 to 1024 letters, digits or -_/=+: a player's id, as sessions carry it in UserId",
  );
}
