import { AwsFailure } from '../gameliftstreams/aws-failure.ts';
import type { Problem, SliOutcome } from '../problems/problems.ts';

/** A player's failure is counted again so often while it lasts: one stuck player is no outage, and many stay one. */
export const COUNTED_AGAIN_MS = 300_000;

/**
 * What a refusal counts as by itself. A refusal by AWS is AWS's failure or ours, whatever the status says: an offer of the right form
 * comes from the Web SDK, and a player can't make a better one.
 *
 * @param status the answer's HTTP status
 */
export function sliOutcomeOf({ code, cause, extras }: Problem<string>, status: number): SliOutcome {
  // A ticket that is due in time is no refusal. One that is due too late has probably lost the player the session.
  if (code === 'paced') return extras.mayBeTooLate ? 'failure' : 'excluded';
  // Operators wanted it.
  if (code === 'starts_paused') return 'excluded';
  if (code === 'invalid_request') return cause instanceof AwsFailure ? 'failure' : 'excluded';
  return status >= 500 || code === 'answer_lost' ? 'failure' : 'excluded';
}
