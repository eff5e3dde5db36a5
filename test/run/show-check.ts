import type { CheckOutcome } from './outcome.ts';
import { formatDuration } from './summary.ts';

/** Prints a check's outcome, and the output of a failed one. */
export function showCheck({ name, passed, seconds, output }: CheckOutcome): void {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name}, ${formatDuration(seconds)}`);
  if (!passed) console.log(output);
}
