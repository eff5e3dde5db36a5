import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import { needsStatusLookup, type StatusLookup, terminateProblem } from '../../gameliftstreams/refusals.ts';
import type { SessionToLookUp } from '../../gameliftstreams/status-lookup.ts';
import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import type { WindowCounters } from '../../limits/window-counters.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { Problem } from '../../problems/problems.ts';
import type { SessionKey, SessionTable } from '../../sessions/session-table.ts';
import { recordAt, statusChanges } from '../../sessions/stream-session.ts';

/** What ending a session works with. Deadlines are epoch milliseconds. */
export interface TerminateDependencies {
  limits: { connectionsPerMinute: number };
  sessions: SessionTable;
  counters: WindowCounters;
  /** TerminateStreamSession with its retries. @throws AwsFailure */
  terminateStreamSession(key: SessionKey, deadline: number, metrics: RequestMetrics): Promise<void>;
  lookUpStatus(
    session: SessionToLookUp,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<StatusLookup | undefined>;
  now(): number;
  random(): number;
  log: Log;
}

const MINUTE_MS = 60_000;
const RESERVE_MS = 1500;

/**
 * Ends a player's session. Ending one that is over already is a success, so that a repeated request is one.
 * @throws Problem with the refusal.
 */
export async function terminate(
  key: SessionKey,
  { endsBy, metrics }: { endsBy: number; metrics: RequestMetrics },
  deps: TerminateDependencies,
): Promise<void> {
  const known = await deps.sessions.read(key);
  if (!known) {
    throw new Problem('stream_session_not_found', 'There is no such stream session of this player.');
  }
  const record = recordAt(known, deps.now());
  if (isOver(record.status)) return;
  const wait = await deps.counters.spend(
    key.playerId,
    'terminate',
    deps.limits.connectionsPerMinute,
    MINUTE_MS,
    deps.now(),
  );
  if (wait > 0) {
    throw new Problem('too_many_requests', 'This player has ended sessions too often.', {
      retryAfterMs: wait,
    });
  }

  const deadline = endsBy - RESERVE_MS;
  let seen: StatusLookup | undefined;
  try {
    await deps.terminateStreamSession(key, deadline, metrics);
    seen = { status: 'TERMINATING' };
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    const { createdAt } = record;
    seen = needsStatusLookup(failure)
      ? await deps.lookUpStatus({ ...key, createdAt }, deadline, metrics)
      : undefined;
    const problem = terminateProblem(failure, seen, deps.random());
    if (problem) throw problem;
    seen ??= { status: 'TERMINATED' };
  }
  await deps.sessions.writeStatus(key, statusChanges(record.status, seen, deps.now()));
  deps.log.info('ended', { status: seen.status });
}
