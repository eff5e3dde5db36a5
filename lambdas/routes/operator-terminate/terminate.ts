import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import { needsStatusLookup, terminateProblem } from '../../gameliftstreams/refusals.ts';
import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { type Audit, type AuditRecord, outcomeOf } from '../../operators/audit.ts';
import type { OperatedSession } from '../../operators/dependencies.ts';
import type { OperatorCall } from '../../operators/operator-api.ts';
import { chargeOperator, type OperatorRate } from '../../operators/rate.ts';
import { Problem } from '../../problems/problems.ts';
import type { SessionTable } from '../../sessions/session-table.ts';
import { statusChanges } from '../../sessions/stream-session.ts';

/** What ending any session works with. Deadlines are epoch milliseconds. */
export interface OperatorTerminateDependencies extends OperatorRate {
  sessions: Pick<SessionTable, 'writeStatus'>;
  audit: Audit;
  /** The session at AWS. @throws Problem */
  lookUpSession(
    session: OperatedSession,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<AwsStreamSession>;
  /** TerminateStreamSession with its retries. @throws AwsFailure */
  terminateStreamSession(session: OperatedSession, deadline: number, metrics: RequestMetrics): Promise<void>;
  /** Counts one use, whatever its outcome, in the metric of the alarm. */
  countUse(): void;
  random(): number;
  log: Log;
}

/** An operator who wants a session to end. */
export interface TerminateRequest extends OperatedSession {
  call: OperatorCall;
  /** Epoch milliseconds at which Lambda kills this invocation. */
  endsBy: number;
  metrics: RequestMetrics;
}

/** The player's record must still be written after AWS's answer. */
const RESERVE_MS = 2000;

/**
 * Ends any session. The record of it is written first, since what has ended cannot be taken back: without a record
 * nothing ends. Ending a session that is over already is a success, so that a repeated request is one. Each use within
 * the rate leaves one record, also where AWS would not say what the session is.
 *
 * @throws Problem with the refusal.
 */
export async function terminateAny(
  request: TerminateRequest,
  deps: OperatorTerminateDependencies,
): Promise<void> {
  const { call, streamGroupId, streamSessionId } = request;
  await chargeOperator('terminate', call.entry, deps);
  deps.countUse();
  const write = (outcome: AuditRecord['outcome'], seen?: AwsStreamSession) =>
    deps.audit.write({
      action: 'terminate',
      call,
      streamGroupId,
      streamSessionId,
      userId: seen?.userId,
      status: seen?.status,
      outcome,
      at: deps.now(),
    });

  const deadline = request.endsBy - RESERVE_MS;
  const seen = await deps.lookUpSession(request, deadline, request.metrics).catch(async (error) => {
    await write(outcomeOf(error));
    throw error;
  });
  await write('requested', seen);
  let now = seen;
  if (!isOver(seen.status)) {
    try {
      await deps.terminateStreamSession(request, deadline, request.metrics);
      now = { ...seen, status: 'TERMINATING' };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      if (needsStatusLookup(failure)) now = await deps.lookUpSession(request, deadline, request.metrics);
      const problem = terminateProblem(failure, { status: now.status }, deps.random());
      if (problem) throw problem;
    }
  }
  await tellPlayer(request, now, deps);
  deps.log.info('ended', { status: now.status });
}

/**
 * Writes the end into the player's record, where there is one, so that the player learns of it at once. AWS has ended
 * the session in any case, and the player's next status lookup says so too.
 */
async function tellPlayer(
  { streamGroupId, streamSessionId }: OperatedSession,
  { userId, status, statusReason }: AwsStreamSession,
  { sessions: records, now, log }: OperatorTerminateDependencies,
): Promise<void> {
  if (userId === undefined) return;
  try {
    const changes = statusChanges(undefined, { status, statusReason }, now());
    await records.writeStatus({ playerId: userId, streamGroupId, streamSessionId }, changes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    log.warn('record not updated', { cause: error.code });
  }
}
