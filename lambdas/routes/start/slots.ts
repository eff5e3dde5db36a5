import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import { startInProgress } from '../../problems/in-progress.ts';
import { Problem } from '../../problems/problems.ts';
import type { Slot } from '../../sessions/slot.ts';
import {
  recordAt,
  type SessionRecord,
  statusChanges,
  streamSessionView,
} from '../../sessions/stream-session.ts';
import { RESERVE_MS, type StartDependencies, type StartRequest } from './dependencies.ts';

/** A status of this age or less is new enough to refuse a start by it. */
const FRESH_MS = 1000;

/**
 * The first of the given slots whose session turns out to be dead: a dead session never blocks its player. AWS is asked
 * only where the record does not say so, at most once a second a session, and within the account's quota.
 *
 * @throws Problem `session_limit_reached` naming a session that lives.
 */
export async function freedSlot(
  request: StartRequest,
  slots: readonly Slot[],
  deps: StartDependencies,
): Promise<Slot> {
  const living: SessionRecord[] = [];
  for (const slot of slots) {
    const { streamGroupId = '', streamSessionId = '' } = slot;
    // A session of a group that is served no more can't be reconnected to, so it is in nobody's way.
    if (!deps.streamGroups.some(({ id }) => id === streamGroupId)) return slot;
    const known = await deps.sessions.read({ playerId: request.playerId, streamGroupId, streamSessionId });
    if (!known) return slot;
    const record = await refreshed(recordAt(known, deps.now()), request, deps);
    if (isOver(record.status)) return slot;
    living.push(record);
  }
  throw limitReached(living, deps);
}

/**
 * Refuses a start in a slot that an unfinished one left behind, where that one did begin a session: the session has a
 * record although it is not in the slot.
 *
 * @throws Problem `session_limit_reached`
 */
export async function refuseBesideUnslotted(
  request: StartRequest,
  slots: readonly Slot[],
  deps: StartDependencies,
): Promise<void> {
  const slotted = new Set(slots.map(({ streamSessionId }) => streamSessionId));
  const records = await deps.sessions.list(request.playerId);
  for (const known of records) {
    const served = deps.streamGroups.some(({ id }) => id === known.streamGroupId);
    if (!served || slotted.has(known.streamSessionId) || isOver(recordAt(known, deps.now()).status)) continue;
    const record = await refreshed(known, request, deps);
    if (!isOver(record.status)) throw limitReached([record], deps);
  }
}

/** The record with a status that is fresh, as far as AWS and its quota allow. */
async function refreshed(
  record: SessionRecord,
  request: StartRequest,
  deps: StartDependencies,
): Promise<SessionRecord> {
  const now = deps.now();
  if (isOver(record.status) || !(await deps.sessions.reserveLookup(record, now, now - FRESH_MS)))
    return record;
  const seen = await deps.lookUpStatus(record, request.endsBy - RESERVE_MS, request.metrics);
  if (!seen) return record;
  const changes = statusChanges(record.status, seen, deps.now());
  // Where a newer status is there, it counts: the player may have ended the session meanwhile.
  return (await deps.sessions.refreshStatus(record, changes)) ?? record;
}

function limitReached([living]: readonly SessionRecord[], deps: StartDependencies): Problem {
  if (!living) return startInProgress(deps.random());
  return new Problem(
    'session_limit_reached',
    'This player has a live session already: reconnect to it or end it.',
    { streamSession: streamSessionView(living) },
  );
}
