import { OperatorProblem } from './operator-problems.ts';

const MIN_CHARACTERS = 10;
const MAX_CHARACTERS = 500;

/**
 * Control characters, line and paragraph separators, halves of characters, and the marks that turn the direction of
 * text around: each could make a record read otherwise than it was written.
 */
const UNREADABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/**
 * Why an operator wants in, as the audit keeps it: without white space around it, 10 to 500 characters.
 * @throws OperatorProblem `invalid_request` saying what to write.
 */
export function requireReason(value: unknown): string {
  const refuse = (complaint: string): never => {
    throw new OperatorProblem('invalid_request', `reason: ${complaint}`);
  };
  if (typeof value !== 'string')
    return refuse('write why you need the shell, such as a ticket and a sentence');
  const reason = value.trim();
  // Characters as people count them, more or less: an emoji is not two.
  const characters = [...reason].length;
  if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS) {
    return refuse(`must have ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters, not ${characters}`);
  }
  if (UNREADABLE.test(reason)) return refuse('must be one line of text without control characters');
  return reason;
}
