import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';
import { Problem } from '../problems/problems.ts';
import { spread, UPSTREAM_WAIT_MS } from '../problems/waits.ts';
import type { AwsFailure } from './aws-failure.ts';
import { isOver, isReconnectable } from './stream-session-status.ts';
import { GROUP_WAIT_MS, reconnectableInMs, THROTTLED_WAIT_MS } from './waits.ts';

/** A session's status as looked up after a refusal; absent where it could not be looked up. */
export interface StatusLookup {
  status: StreamSessionStatus;
  statusReason?: string;
  /** AWS's `LastUpdatedAt`, epoch milliseconds. */
  lastUpdatedAt?: number;
}

/** What any call to AWS may come to, whichever API it was made for. */
type CommonCode = 'paced' | 'broker_misconfigured' | 'upstream_timeout' | 'upstream_unavailable';

/**
 * The refusals that mean the same in every operation. Null for those that need a status lookup or stand
 * for something else in each operation.
 *
 * @param random in [0, 1), spreads the wait.
 */
function commonProblem(failure: AwsFailure, random: number): Problem<CommonCode> | null {
  switch (failure.kind) {
    case 'throttled':
      return new Problem(
        'paced',
        "The account's AWS quota is taken by other players at the moment.",
        { retryAfterMs: spread(THROTTLED_WAIT_MS, random) },
        failure,
      );
    case 'denied':
      return new Problem('broker_misconfigured', 'AWS refused this service its permission.', {}, failure);
    case 'timeout':
      return new Problem(
        'upstream_timeout',
        'AWS did not answer in time; repeat exactly this request to learn the outcome.',
        { retryAfterMs: spread(UPSTREAM_WAIT_MS, random) },
        failure,
      );
    case 'internal':
    case 'network':
      return new Problem(
        'upstream_unavailable',
        'AWS failed; repeat exactly this request to learn the outcome.',
        { retryAfterMs: spread(UPSTREAM_WAIT_MS, random) },
        failure,
      );
    default:
      return null;
  }
}

/** Whether a refused connection needs the session's status to say why. */
export function needsStatusLookup(failure: AwsFailure): boolean {
  return failure.kind === 'conflict' || failure.kind === 'invalid' || failure.kind === 'notFound';
}

/**
 * Why CreateStreamSessionConnection failed, as the player should hear it. AWS documents no error for a session in
 * the wrong state, so the state decides, not the error's name.
 *
 * @param repeat AWS may have accepted this very request before.
 * @param seen the session's status now, if it could be looked up.
 * @param noticedIn when AWS will have noticed a loss, in milliseconds from now; 0 where that is not known
 */
export function connectProblem(
  failure: AwsFailure,
  repeat: boolean,
  seen: StatusLookup | undefined,
  random: number,
  noticedIn = 0,
): Problem {
  const common = commonProblem(failure, random);
  if (common) return common;
  if (failure.kind === 'quota') return groupProblem(failure, random);
  if (seen && isOver(seen.status)) return endedProblem(seen);

  const maybeAccepted = repeat || failure.uncertain;
  const movedOn = seen && seen.status !== 'CONNECTED' && seen.status !== 'ACTIVATING';
  if (failure.kind === 'answerless' || (maybeAccepted && movedOn)) {
    return new Problem(
      'answer_lost',
      'AWS accepted this offer before and does not repeat its answer; make a new offer.',
      {
        ...(seen ? { streamSessionStatus: seen.status } : {}),
        retryAfterMs: spread(reconnectableInMs(seen?.status), random),
      },
      failure,
    );
  }
  if (seen && isReconnectable(seen.status)) {
    // The session would take a connection, so the refusal is about the offer or about the stream group.
    if (failure.kind === 'invalid') {
      return new Problem(
        'invalid_request',
        'signalRequest: AWS does not accept this offer; make a new one with generateSignalRequest().',
        {},
        failure,
      );
    }
    return groupProblem(failure, random);
  }
  return new Problem(
    'session_not_reconnectable',
    'AWS takes no new connection to this session yet; make a new offer and ask again.',
    {
      ...(seen ? { streamSessionStatus: seen.status } : {}),
      retryAfterMs: spread(reconnectableInMs(seen?.status, noticedIn), random),
    },
    failure,
  );
}

/**
 * Why StartStreamSession failed. An offer that AWS can't use is no validation error there: the session starts and ends
 * with `invalidSignalRequest`. What AWS refuses at once is what the deployment's settings say, unless it may have
 * accepted the very request before: then it does not repeat its answer. AWS's pages do not promise that for offers, see below.
 *
 * @param lost whether this request was sent before, and when AWS has ended the session that it may have begun then.
 */
export function startProblem(
  failure: AwsFailure,
  random: number,
  lost: { repeat: boolean; waitMs: number },
): Problem {
  const common = commonProblem(failure, random);
  if (common) return common;
  const maybeAccepted = lost.repeat || failure.uncertain;
  if (failure.kind === 'answerless' || (maybeAccepted && needsStatusLookup(failure))) {
    return new Problem(
      'answer_lost',
      'AWS may have started a session for this offer and does not repeat its answer; make a new offer when that session is over.',
      { retryAfterMs: Math.max(UPSTREAM_WAIT_MS, lost.waitMs) },
      failure,
    );
  }
  if (failure.kind === 'conflict' || failure.kind === 'quota') return groupProblem(failure, random);
  // AWS does not say what it found invalid. An offer comes from the page, so no page may raise the alarm of the settings by it. If
  // the settings are wrong, all starts fail, and the alarms of starts ring.
  if (failure.kind === 'invalid') {
    return new Problem(
      'invalid_request',
      'signalRequest: AWS does not accept this start; make a new offer. If no start is accepted, the application or location is not one of the stream group.',
      {},
      failure,
    );
  }
  return new Problem(
    'broker_misconfigured',
    'AWS does not know this stream group or application.',
    {},
    failure,
  );
}

/** Why GetStreamSession failed; a session AWS has forgotten is over, which the caller handles. */
export function statusProblem(failure: AwsFailure, random: number): Problem<CommonCode> {
  return (
    commonProblem(failure, random) ??
    new Problem('broker_misconfigured', 'AWS does not accept this stream group as configured.', {}, failure)
  );
}

/**
 * Why TerminateStreamSession failed, or null where the session is over, as the caller wanted. Whatever else AWS refuses
 * is taken as "not now": its one documented reason is a session that is still being set up, and by the time the
 * status is looked up the session may be set up. A refusal that stays must not let a player raise an alarm.
 */
export function terminateProblem(
  failure: AwsFailure,
  seen: StatusLookup | undefined,
  random: number,
): Problem<CommonCode | 'session_not_terminable'> | null {
  const common = commonProblem(failure, random);
  if (common) return common;
  if (seen && isOver(seen.status)) return null;
  return new Problem(
    'session_not_terminable',
    'AWS does not end this session yet; ask again in a moment.',
    {
      ...(seen ? { streamSessionStatus: seen.status } : {}),
      retryAfterMs: spread(reconnectableInMs('ACTIVATING'), random),
    },
    failure,
  );
}

/** The refusal for a session that is over. */
export function endedProblem(session: Pick<StatusLookup, 'status' | 'statusReason'>): Problem {
  return new Problem('stream_session_ended', 'The stream session has ended and cannot be reconnected to.', {
    streamSessionStatus: session.status,
    ...(session.statusReason === undefined ? {} : { statusReason: session.statusReason }),
  });
}

function groupProblem(failure: AwsFailure, random: number): Problem {
  return new Problem(
    'stream_group_unavailable',
    'The stream group takes no connections at the moment.',
    { retryAfterMs: spread(GROUP_WAIT_MS, random) },
    failure,
  );
}
