import type { LookupLimiter } from '../../admission/lookup-limiter.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import { statusProblem } from '../../gameliftstreams/refusals.ts';
import { type GetStreamSession, lookUpSession } from '../../gameliftstreams/status-lookup.ts';
import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { Problem } from '../../problems/problems.ts';
import { mayHaveReconnected } from '../../sessions/connection.ts';
import type { SessionKey, SessionTable } from '../../sessions/session-table.ts';
import { recordAt, type SessionRecord, statusChanges } from '../../sessions/stream-session.ts';

/** What a status poll works with. Deadlines are epoch milliseconds. */
export interface StatusDependencies {
  sessions: SessionTable;
  lookupLimiterIn(region: string): LookupLimiter;
  getStreamSession: GetStreamSession;
  importSession(
    key: SessionKey,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<SessionRecord | undefined>;
  now(): number;
  random(): number;
  log: Log;
}

/** AWS is asked about one session no more often, however many browsers poll. */
const FRESH_MS = 1000;
/** Less often about a session that plays undisturbed: the quota is for players who wait. */
const SETTLED_FRESH_MS = 5000;
const SETTLED_AFTER_MS = 30_000;
/**
 * A player who was refused a connection waits for the very change that makes AWS take one: for so long after the refusal the session
 * does not count as undisturbed. It is twice the longest in which AWS is taken to notice a loss; a page asks again long before.
 */
const AWAITED_MS = 60_000;
const RESERVE_MS = 1000;

/**
 * A session's status, at most a second old while AWS's quota lasts, older when it does not: a stale status is
 * worth more to a waiting player than an error.
 *
 * @throws Problem with the refusal.
 */
export async function status(
  key: SessionKey,
  region: string,
  { endsBy, metrics }: { endsBy: number; metrics: RequestMetrics },
  deps: StatusDependencies,
): Promise<SessionRecord> {
  const deadline = endsBy - RESERVE_MS;
  const known = (await deps.sessions.read(key)) ?? (await deps.importSession(key, deadline, metrics));
  if (!known) {
    throw new Problem('stream_session_not_found', 'There is no such stream session of this player.');
  }
  const now = deps.now();
  const record = recordAt(known, now);
  if (isOver(record.status) && record.status !== 'TERMINATING') return record;
  const since = now - freshMs(record, now);
  if (record.statusAt > since) return record;
  if (!(await deps.sessions.reserveLookup(key, now, since))) return record;
  const limiter = deps.lookupLimiterIn(region);
  if (!(await limiter.take(awaitsAnswer(record)))) return record;

  try {
    const seen = await lookUpSession(
      deps.getStreamSession,
      limiter,
      { ...key, createdAt: record.createdAt },
      { deadline, now: deps.now, random: deps.random, metrics },
    );
    // Only the start's own answer is kept. Once AWS may have accepted another offer, it may show the answer to that one.
    const startResponse = mayHaveReconnected(record) ? undefined : seen?.signalResponse;
    // A session that AWS has forgotten is over.
    const changes = statusChanges(record.status, seen ?? { status: 'TERMINATED' }, now);
    if (changes.status !== record.status) deps.log.info('status', { status: changes.status });
    const written = { ...changes, ...(startResponse ? { startResponse } : {}) };
    // Where a newer status is there, it is the answer: the player may have ended the session meanwhile.
    return (await deps.sessions.refreshStatus(key, written)) ?? record;
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    const problem = statusProblem(failure, deps.random());
    if (problem.code === 'broker_misconfigured') throw problem;
    deps.log.warn('status not refreshed', { cause: failure.kind });
    return record;
  }
}

/** For how long the newest status counts as new, in milliseconds. */
function freshMs({ status, statusSince, failureEpisode }: SessionRecord, now: number): number {
  const isSettled = status === 'CONNECTED' && now - statusSince > SETTLED_AFTER_MS;
  const isAwaited = failureEpisode?.refusedAt !== undefined && now - failureEpisode.refusedAt < AWAITED_MS;
  return isSettled && !isAwaited ? SETTLED_FRESH_MS : FRESH_MS;
}

/** Whether a player waits for the answer to a start, which only a status lookup brings. */
function awaitsAnswer(record: SessionRecord): boolean {
  const starting = record.status === 'ACTIVATING' || record.status === 'ACTIVE';
  return starting && record.startResponse === undefined && !mayHaveReconnected(record);
}
