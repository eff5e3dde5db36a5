import { OperatorProblem } from '../problems/operator-problems.ts';

const MIN_CHARACTERS = 10;
const MAX_CHARACTERS = 500;
/** Of these, how many must show. */
const MIN_VISIBLE = 5;
/** What shows as nothing: fillers, selectors and joiners, white space, and Braille without dots. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\s\u2800]/gu;

/**
 * Control and format characters, line and paragraph separators, halves of characters, and what Unicode has not assigned:
 * each could hide text or make a record read otherwise than it was written. Two joiners are for emoji and for scripts
 * that need them.
 */
const UNREADABLE = /(?![\u200c\u200d])[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * Why an operator wants in, as the audit keeps it: without white space around it, 10 to 500 characters.
 * @throws OperatorProblem `invalid_request` saying what to write.
 */
export function requireReason(value: unknown): string {
  const refuse = (complaint: string): never => {
    throw new OperatorProblem('invalid_request', `reason: ${complaint}`);
  };
  if (typeof value !== 'string') return refuse('must say why, such as a ticket and a sentence');
  const reason = value.trim();
  // Characters as people count them, more or less: an emoji is not two.
  const characters = [...reason].length;
  if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS) {
    return refuse(`must have ${MIN_CHARACTERS} to ${MAX_CHARACTERS} characters, not ${characters}`);
  }
  if ([...reason.replace(INVISIBLE, '')].length < MIN_VISIBLE) {
    return refuse(`must have ${MIN_VISIBLE} or more visible characters`);
  }
  if (UNREADABLE.test(reason)) return refuse('must be one line of text without control characters');
  return reason;
}
