import type { CheckOutcome } from './outcome.ts';
import { formatDuration } from './summary.ts';

/** Says how a check ended; of a failed one all that it said. */
export function showCheck({ name, passed, seconds, output }: CheckOutcome): void {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name}, ${formatDuration(seconds)}`);
  if (!passed) console.log(output);
}
