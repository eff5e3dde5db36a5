import {
  INVISIBLE,
  JOINERS,
  LEAST_REASON_CHARACTERS,
  LEAST_VISIBLE_CHARACTERS,
  MOST_REASON_CHARACTERS,
  UNREADABLE,
} from '../../contract/requests.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';

/**
 * Why an operator wants in, as the audit keeps it: without white space around it, 10 to 500 characters.
 * @throws OperatorProblem `invalid_request` saying what to write.
 */
export function requireReason(value: unknown): string {
  const refuse = (complaint: string): never => {
    throw new OperatorProblem('invalid_request', `reason: ${complaint}`);
  };
  if (typeof value !== 'string') return refuse('write why, such as a ticket and a sentence');
  const reason = value.trim();
  // Characters as people count them, more or less: an emoji is not two.
  const characters = [...reason].length;
  if (characters < LEAST_REASON_CHARACTERS || characters > MOST_REASON_CHARACTERS) {
    return refuse(
      `must have ${LEAST_REASON_CHARACTERS} to ${MOST_REASON_CHARACTERS} characters, not ${characters}`,
    );
  }
  if ([...reason].filter((each) => !INVISIBLE.test(each)).length < LEAST_VISIBLE_CHARACTERS) {
    return refuse(`must have ${LEAST_VISIBLE_CHARACTERS} characters or more that can be seen`);
  }
  if ([...reason].some((each) => UNREADABLE.test(each) && !JOINERS.test(each)))
    return refuse('must be one line of text without control characters');
  return reason;
}
