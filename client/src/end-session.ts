import { routes, type Send } from './api-client.ts';
import type { StreamSession } from './contract.ts';
import { findLive } from './first-connection.ts';
import { createRequests } from './requests.ts';
import type { Scope } from './scope.ts';
import type { Ended } from './state.ts';
import { isGone } from './state.ts';
import { END_WITHIN_MS, FIND_WITHIN_MS } from './timing.ts';

/** Ends this session, or else the player's newest. */
export async function endSession(scope: Scope, send: Send, known: StreamSession | undefined): Promise<Ended> {
  const requests = createRequests(scope, send);
  let session = known;
  if (!session) {
    scope.limit(FIND_WITHIN_MS);
    const found = await findLive(requests);
    if (found.kind === 'ended') return found;
    [session] = found.value;
  }
  if (!session) return { kind: 'ended', ending: { reason: 'no_session' } };
  scope.limit(END_WITHIN_MS);
  const ended = await requests.repeat({ method: 'DELETE', path: routes.session(session) }, () => true);
  if (ended.kind === 'ended' && !isGone(ended.ending)) return { ...ended, session };
  return { kind: 'ended', ending: { reason: 'ended_by_player' }, session };
}
