import type { OperatorProblemCode } from '../../contract/operator-problems.ts';
import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';
import type { Problem } from '../problems/problems.ts';
import { spread, UPSTREAM_WAIT_MS } from '../problems/waits.ts';
import type { AwsFailure } from './aws-failure.ts';
import { statusProblem } from './refusals.ts';
import { MIN_ATTEMPT_MS } from './retry.ts';
import { isOver } from './stream-session-status.ts';
import { reconnectableInMs } from './waits.ts';

/** For this long AWS takes an admin shell's token and URL (developer guide, "Access a stream session"). */
export const SHELL_VALID_MS = 60_000;

/** AWS advises to "wait a few seconds" for a session that plays and is not ready for access yet. */
const NOT_READY_WAIT_MS = 2000;
/** The wait in the answer after a wait in vain: access takes longer than usual. */
const STILL_NOT_READY_MS = 5000;

/**
 * Why nobody gets a shell into a session in this status; undefined in those in which AWS gives one: ACTIVE, CONNECTED,
 * PENDING_CLIENT_RECONNECTION and RECONNECTING.
 */
export function accessProblem(
  { status, statusReason }: { status: StreamSessionStatus; statusReason: string | undefined },
  random: number,
): Problem<OperatorProblemCode> | undefined {
  if (isOver(status)) {
    return new OperatorProblem('session_over', 'The session is over, and with it what a shell could show.', {
      streamSessionStatus: status,
      ...(statusReason === undefined ? {} : { statusReason }),
    });
  }
  if (status === 'ACTIVATING') {
    return new OperatorProblem('session_not_accessible', 'The session is still being set up.', {
      streamSessionStatus: status,
      retryAfterMs: spread(reconnectableInMs(status), random),
    });
  }
  return undefined;
}

/** Why the status lookup of a session failed. An id that AWS does not accept as one is a session that does not exist. */
export function lookupProblem(failure: AwsFailure, random: number): Problem<OperatorProblemCode> {
  if (failure.kind !== 'notFound' && failure.kind !== 'invalid') return statusProblem(failure, random);
  return new OperatorProblem('stream_session_not_found', 'There is no such stream session.', {}, failure);
}

/**
 * Why CreateStreamSessionAdminShell failed for a session that was accessible a moment ago. A refusal of the request
 * itself then means that the session has changed meanwhile.
 */
export function shellProblem(failure: AwsFailure, random: number): Problem<OperatorProblemCode> {
  switch (failure.kind) {
    case 'notReady':
      return new OperatorProblem(
        'access_not_ready',
        'AWS has not prepared access to this session yet; ask again in a few seconds.',
        { retryAfterMs: spread(STILL_NOT_READY_MS, random) },
        failure,
      );
    case 'conflict':
    case 'invalid':
      return new OperatorProblem(
        'session_not_accessible',
        'AWS gives no shell into this session at the moment; ask again to learn its status.',
        { retryAfterMs: spread(UPSTREAM_WAIT_MS, random) },
        failure,
      );
    case 'answerless':
      return new OperatorProblem(
        'upstream_unavailable',
        'AWS opened a shell and left out how to reach it; ask for another one.',
        { retryAfterMs: spread(UPSTREAM_WAIT_MS, random) },
        failure,
      );
    default:
      return lookupProblem(failure, random);
  }
}

/** How long to wait, in milliseconds, before AWS is asked again for access that was not ready; null to give up. */
export function notReadyWaitMs(remainingMs: number, random: number): number | null {
  const wait = spread(NOT_READY_WAIT_MS, random);
  return wait + MIN_ATTEMPT_MS > remainingMs ? null : wait;
}
