import { accessProblem } from '../../gameliftstreams/admin-shell-refusals.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import { exportProblem } from '../../gameliftstreams/export-refusals.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { type Audit, type AuditRecord, outcomeOf } from '../../operators/audit.ts';
import type { OperatedSession } from '../../operators/dependencies.ts';
import type { OperatorCall } from '../../operators/operator-api.ts';
import { chargeOperator, type OperatorRate } from '../../operators/rate.ts';

/** What exporting files works with. Deadlines are epoch milliseconds. */
export interface ExportDependencies extends OperatorRate {
  /** The S3 bucket of the settings. */
  bucket: string;
  audit: Audit;
  /** The session at AWS. @throws Problem */
  lookUpSession(
    session: OperatedSession,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<AwsStreamSession>;
  /** ExportStreamSessionFiles with its retries. @throws AwsFailure */
  exportFiles(
    session: OperatedSession,
    outputUri: string,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<void>;
  /** Counts one use, whatever its outcome, in the metric of the alarm. */
  countUse(): void;
  random(): number;
  log: Log;
}

/** An operator who wants the files of a session. */
export interface ExportRequest extends OperatedSession {
  call: OperatorCall;
  reason: string;
  /** Epoch milliseconds at which Lambda kills this invocation. */
  endsBy: number;
  metrics: RequestMetrics;
}

/** The folder in the bucket that the function's role may write to. `infra/functions/grants.ts` has it too, and a test compares them. */
const FOLDER = 'stream-sessions';
/** The refusal must still be recorded after AWS's answer. */
const RESERVE_MS = 2500;

/**
 * Has AWS export the files of a live session into the bucket of the settings, when the session ends. The use is recorded first,
 * since an export cannot be called off: without a record nothing is exported. Each use within the rate leaves one record, also
 * where AWS would not say what the session is.
 *
 * @returns the folder that AWS writes one archive to
 * @throws Problem with the refusal.
 */
export async function exportSession(request: ExportRequest, deps: ExportDependencies): Promise<string> {
  const { call, reason, streamGroupId, streamSessionId } = request;
  await chargeOperator('export', call.entry, deps);
  deps.countUse();
  const write = (outcome: AuditRecord['outcome'], seen?: AwsStreamSession) =>
    deps.audit.write({
      action: 'export',
      call,
      streamGroupId,
      streamSessionId,
      userId: seen?.userId,
      status: seen?.status,
      reason,
      outcome,
      at: deps.now(),
    });

  const deadline = request.endsBy - RESERVE_MS;
  const seen = await deps.lookUpSession(request, deadline, request.metrics).catch(async (error) => {
    await write(outcomeOf(error));
    throw error;
  });
  const refusal = accessProblem(seen, deps.random());
  await write(refusal ? refusal.code : 'requested', seen);
  if (refusal) throw refusal;
  const outputUri = `s3://${deps.bucket}/${FOLDER}/${streamGroupId}/${streamSessionId}/`;
  try {
    await deps.exportFiles(request, outputUri, deadline, request.metrics);
  } catch (failure) {
    if (failure instanceof AwsFailure) throw exportProblem(failure, deps.random());
    throw failure;
  }
  deps.log.info('export requested', { status: seen.status });
  return outputUri;
}
