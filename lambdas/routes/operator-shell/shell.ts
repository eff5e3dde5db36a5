import type { ShellCredentials } from '../../gameliftstreams/admin-shell.ts';
import {
  accessProblem,
  notReadyWaitMs,
  SHELL_VALID_MS,
  shellProblem,
} from '../../gameliftstreams/admin-shell-refusals.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { type Audit, type AuditRecord, outcomeOf } from '../../operators/audit.ts';
import type { OperatedSession } from '../../operators/dependencies.ts';
import type { OperatorCall } from '../../operators/operator-api.ts';
import { chargeOperator, type OperatorRate } from '../../operators/rate.ts';

/** What opening a shell works with. Deadlines are epoch milliseconds. */
export interface ShellDependencies extends OperatorRate {
  audit: Audit;
  /** The session at AWS. @throws Problem */
  lookUpSession(
    session: OperatedSession,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<AwsStreamSession>;
  /** CreateStreamSessionAdminShell with its retries. @throws AwsFailure */
  createAdminShell(
    session: OperatedSession,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<ShellCredentials>;
  /** Counts one use, whatever its outcome, in the metric of the alarm. */
  countUse(): void;
  /** @param milliseconds a few seconds, while AWS prepares access. */
  sleep(milliseconds: number): Promise<void>;
  random(): number;
  log: Log;
}

/** An operator who wants a shell. */
export interface ShellRequest extends OperatedSession {
  call: OperatorCall;
  reason: string;
  /** Epoch milliseconds at which Lambda kills this invocation. */
  endsBy: number;
  metrics: RequestMetrics;
}

/** The answer: credentials, and until when they are good. */
export interface Shell extends ShellCredentials {
  /** ISO 8601. AWS counts from when it made them, so this is never too late. */
  expiresAt: string;
}

/** The audit must still be written after AWS's answer: three attempts of a table that fails. */
const RESERVE_MS = 2500;

/**
 * Opens an admin shell into a live session. Each use within the rate leaves one record, whatever came of it, and the
 * record is written before the answer leaves. A function that dies between AWS's answer and the record takes the
 * credentials with it: nobody has them, and they expire in a minute.
 *
 * @throws Problem with the refusal.
 */
export async function openShell(request: ShellRequest, deps: ShellDependencies): Promise<Shell> {
  await chargeOperator('adminShell', request.call.entry, deps);
  deps.countUse();
  const { call, reason, streamGroupId, streamSessionId } = request;
  let seen: AwsStreamSession | undefined;
  const write = (outcome: AuditRecord['outcome']) =>
    deps.audit.write({
      action: 'adminShell',
      call,
      streamGroupId,
      streamSessionId,
      userId: seen?.userId,
      status: seen?.status,
      reason,
      outcome,
      at: deps.now(),
    });

  let shell: Shell;
  try {
    const deadline = request.endsBy - RESERVE_MS;
    seen = await deps.lookUpSession(request, deadline, request.metrics);
    const refusal = accessProblem(seen, deps.random());
    if (refusal) throw refusal;
    shell = await whenReady(request, deadline, deps);
  } catch (error) {
    await write(outcomeOf(error));
    throw error;
  }
  await write('opened');
  deps.log.info('shell opened', { status: seen.status });
  return shell;
}

/** The shell, once AWS has prepared access, which takes it seconds. @throws Problem */
async function whenReady(request: ShellRequest, deadline: number, deps: ShellDependencies): Promise<Shell> {
  for (;;) {
    const expiresAt = new Date(deps.now() + SHELL_VALID_MS).toISOString();
    try {
      return { ...(await deps.createAdminShell(request, deadline, request.metrics)), expiresAt };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      const wait = failure.kind === 'notReady' ? notReadyWaitMs(deadline - deps.now(), deps.random()) : null;
      if (wait === null) throw shellProblem(failure, deps.random());
      await deps.sleep(wait);
    }
  }
}
