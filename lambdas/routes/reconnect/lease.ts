import { ANSWER_BEFORE_END_MS } from '../../environment/time-limit.ts';
import type { RateLimit } from '../../limits/rate-limit.ts';
import { inProgress } from '../../problems/in-progress.ts';
import { Problem } from '../../problems/problems.ts';
import { type ConnectionRequest, decideConnection } from '../../sessions/connection.ts';
import { markOfPrevious } from '../../sessions/connection-history.ts';
import { type Lease, newLease } from '../../sessions/lease.ts';
import type { SessionChanges } from '../../sessions/session-table.ts';
import { recordAt, type SessionRecord } from '../../sessions/stream-session.ts';
import { RESERVE_MS, type ReconnectDependencies, type ReconnectRequest } from './dependencies.ts';

/** However late it is, a write gets this long: it alone can say whether the lease is still the caller's. */
const WRITE_AT_LEAST_MS = 400;

/** The session's record under the caller's lease. */
export interface Held {
  record: SessionRecord;
  lease: Lease;
}

/**
 * Gets the lease, or the answer that makes it unnecessary. Reads only where the conditional write failed and brought no record.
 *
 * @param connectionId the connection that the request would make. If this function dies, the next one finds it in the lease.
 * @throws Problem with the refusal.
 */
export async function takeLease(
  request: ReconnectRequest,
  connection: ConnectionRequest,
  connectionId: string,
  rateLimit: RateLimit,
  deps: ReconnectDependencies,
): Promise<Held | { answer: Uint8Array }> {
  const { previousConnectionId, ...fingerprint } = connection;
  const { endsBy, metrics } = request;
  // One id for all attempts: the SDK may repeat a write that had taken effect, and then it fails on this very lease.
  const lease = newLease(fingerprint, {
    id: deps.newId(),
    endsBy,
    connectionId,
    follows: markOfPrevious(previousConnectionId),
  });
  const acquire = () => deps.sessions.acquireLease(request, lease, rateLimit, deps.now());
  const first = await acquire();
  const known =
    first.item ??
    (await deps.sessions.read(request)) ??
    (await deps.importSession(request, endsBy - RESERVE_MS, metrics));
  if (!known) {
    throw new Problem('stream_session_not_found', 'There is no such stream session of this player.');
  }
  const record = recordAt(known, deps.now());
  if (record.lease?.id === lease.id) return { record, lease };
  const context = { now: deps.now(), random: deps.random(), rateLimit };
  const decision = decideConnection(record, connection, context);
  if (decision.do === 'replay') return { answer: decision.answer };
  // Nothing in the record stands in the way any more, or the session has just been imported: once again.
  const { item } = await acquire();
  if (item?.lease?.id === lease.id) return { record: recordAt(item, deps.now()), lease };
  throw inProgress('Another connection request for this session is under way.', deps.random());
}

/**
 * Writes the answer under the lease. Once AWS has answered, a table that fails or is slow keeps the answer from being
 * repeated, not from the player.
 *
 * @throws Problem when the lease is lost: a newer request has begun, and this answer is worth nothing.
 */
export async function storeAnswer(
  request: ReconnectRequest,
  { lease }: Held,
  changes: SessionChanges & { answer: Uint8Array },
  deps: ReconnectDependencies,
): Promise<void> {
  try {
    const stored = await deps.withTimeLimit(
      timeToWrite(request, deps),
      finishOrRead(request, lease, deps, changes),
    );
    if (stored === 'late') deps.log.error('answer not stored', { cause: 'late' });
    if (stored !== false) return;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    deps.log.error('answer not stored', { cause: error.code });
    return;
  }
  throw inProgress('This request took too long and another one has begun.', deps.random());
}

/** Whether the answer is in the table: also where the write was repeated and failed on its own first effect. */
async function finishOrRead(
  request: ReconnectRequest,
  lease: Lease,
  deps: ReconnectDependencies,
  changes: SessionChanges & { answer: Uint8Array },
): Promise<boolean> {
  const { written, item } = await deps.sessions.releaseLease(request, lease.id, changes);
  if (written) return true;
  const stored = (item ?? (await deps.sessions.read(request)))?.answer;
  return stored !== undefined && Buffer.compare(stored, changes.answer) === 0;
}

/** Gives the lease back where there is no answer to store. The player's answer does not depend on it. */
export async function giveBack(
  request: ReconnectRequest,
  { lease }: Held,
  changes: SessionChanges,
  deps: ReconnectDependencies,
): Promise<void> {
  try {
    const given = await deps.withTimeLimit(
      timeToWrite(request, deps),
      deps.sessions.releaseLease(request, lease.id, changes),
    );
    if (given === 'late') {
      deps.log.warn('lease not given back', { cause: 'late' });
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    deps.log.warn('lease not given back', { cause: error.code });
  }
}

/** Milliseconds that a write may take. */
function timeToWrite({ endsBy }: ReconnectRequest, deps: ReconnectDependencies): number {
  return Math.max(WRITE_AT_LEAST_MS, endsBy - ANSWER_BEFORE_END_MS - deps.now());
}
