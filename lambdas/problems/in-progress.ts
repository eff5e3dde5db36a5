import { Problem } from './problems.ts';
import { spread } from './waits.ts';

/** Another request of the same player is under way and usually done within this. */
const IN_PROGRESS_WAIT_MS = 500;

/** The refusal beside another request of the same player's. @param random in [0, 1), spreads the wait. */
export function inProgress(detail: string, random: number): Problem {
  return new Problem('connection_in_progress', detail, { retryAfterMs: spread(IN_PROGRESS_WAIT_MS, random) });
}

/** The refusal of a start beside another one. */
export function startInProgress(random: number): Problem {
  return inProgress('Another start of this player is under way.', random);
}
