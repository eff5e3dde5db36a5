import { routes } from './api.ts';
import { ask } from './asking.ts';
import { findLive, isGone } from './beginning.ts';
import { RejoinError } from './error.ts';
import type { Run } from './run.ts';
import { END_WITHIN_MS } from './timing.ts';

/** Ends the run's session, or else the player's newest. @throws RejoinError always: `ended_by_player` where it is over. */
export async function endSession(run: Run): Promise<never> {
  run.session ??= (await findLive(run))[0];
  run.within(END_WITHIN_MS);
  const { session } = run;
  if (session === undefined) throw new RejoinError({ reason: 'no_session' });
  try {
    await ask(run, {
      make: () => ({ method: 'DELETE', path: routes.session(session) }),
      read: () => true,
    });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  throw new RejoinError({ reason: 'ended_by_player' });
}
