import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import { callWhenAdmitted } from '../../gameliftstreams/paced-call.ts';
import { needsStatusLookup, type StatusLookup } from '../../gameliftstreams/refusals.ts';
import { isReconnectable } from '../../gameliftstreams/stream-session-status.ts';
import { reconnectableInMs } from '../../gameliftstreams/waits.ts';
import {
  connectionClientToken,
  connectionIdOf,
  fingerprintOf,
  requestMark,
} from '../../identifiers/digests.ts';
import { chargedNextFreeAt, type RateLimit } from '../../limits/rate-limit.ts';
import { Problem } from '../../problems/problems.ts';
import { spread } from '../../problems/waits.ts';
import type { ReportedLoss } from '../../reliability/failure-episode.ts';
import { countPlayerFailures } from '../../reliability/player-failures.ts';
import { decompressAnswer } from '../../sessions/compressed-answer.ts';
import {
  abandonedLeasesOf,
  type ConnectionDecision,
  type ConnectionRequest,
  decideConnection,
  knownConnections,
  usedOffersOf,
} from '../../sessions/connection.ts';
import { abandonedLeaseFields } from '../../sessions/lease.ts';
import { likelyEnd, type SessionRecord } from '../../sessions/stream-session.ts';
import { RESERVE_MS, type ReconnectDependencies, type ReconnectRequest } from './dependencies.ts';
import { giveBack, type Held, takeLease } from './lease.ts';
import { type Answer, type Attempt, answerConnected, answerPaced, answerRefused } from './outcomes.ts';
import { episodeAfter } from './reliability.ts';

/**
 * Reconnects a player to a session: takes the lease, asks AWS with a derived client token, stores the answer.
 *
 * @returns the answer's JSON text, and whether it is a repetition.
 * @throws Problem with the refusal.
 */
export function reconnect(request: ReconnectRequest, deps: ReconnectDependencies): Promise<Answer> {
  return countPlayerFailures('reconnectFailed', request, deps, () => connect(request, deps));
}

async function connect(request: ReconnectRequest, deps: ReconnectDependencies): Promise<Answer> {
  const { previousConnectionId, metrics } = request;
  const fingerprint = fingerprintOf(request);
  const connection: ConnectionRequest = {
    ...fingerprint,
    ...(previousConnectionId === undefined ? {} : { previousConnectionId }),
  };
  const clientToken = connectionClientToken(request, fingerprint.request);
  const connectionId = connectionIdOf(clientToken);
  const rateLimit: RateLimit = { perMinute: deps.limits.connectionsPerMinute };

  const held = await takeLease(request, connection, connectionId, rateLimit, deps);
  if ('answer' in held) return repeated(held.answer, request, deps);
  const { record } = held;
  const attempt = attemptUnder(held, { request, fingerprint, connectionId, rateLimit }, deps);

  const decision = await decide(attempt, connection, deps);
  if (decision.do === 'replay') {
    await giveBack(request, held, attempt.settled, deps);
    return repeated(decision.answer, request, deps);
  }
  const { repeat } = decision;

  const end = likelyEnd(record, record.ticket, attempt.begunAt);
  const caller = { ticket: record.ticket, end, metrics };
  const queue = deps.admissionQueue(request.streamGroupId);
  const result = await callWhenAdmitted(caller, { ...deps, queue }, () =>
    askAws(request, record, clientToken, repeat, deps),
  );
  if ('paced' in result) return answerPaced(attempt, result, deps);
  const { done } = result;
  if ('failure' in done) return answerRefused(attempt, repeat, done, result, deps);
  return answerConnected(attempt, repeat, done, result, deps);
}

/** The request under its lease, with what the record says about it. */
function attemptUnder(
  held: Held,
  of: Pick<Attempt, 'request' | 'fingerprint' | 'connectionId' | 'rateLimit'>,
  deps: ReconnectDependencies,
): Attempt {
  const { record, lease } = held;
  const { request, fingerprint, rateLimit } = of;
  const now = deps.now();
  const loss: ReportedLoss = {
    request: requestMark(fingerprint.request),
    lostAt: request.silentMs === undefined ? undefined : now - request.silentMs,
  };
  for (const abandoned of record.abandonedLeases ? abandonedLeasesOf(record, now, lease.id) : []) {
    // A function that is killed logs nothing itself.
    deps.log.warn('dead lease', abandonedLeaseFields(abandoned));
  }
  const usedOffers = usedOffersOf(record, now, lease.id);
  const connectionHistory = knownConnections(record, now, lease.id);
  const settled = {
    nextFreeAt: chargedNextFreeAt(rateLimit, record.nextFreeAt ?? 0, now),
    // What dead functions left behind is the record's own from here on.
    ...(record.abandonedLeases ? { usedOffers, connectionHistory } : {}),
  };
  return { ...of, held, loss, usedOffers, connectionHistory, settled, begunAt: now };
}

/** What to do under the lease. @throws Problem with the refusal, after the lease is given back */
async function decide(
  attempt: Attempt,
  connection: ConnectionRequest,
  deps: ReconnectDependencies,
): Promise<ConnectionDecision> {
  const { request, held, rateLimit, settled, loss, begunAt: now } = attempt;
  const { record, lease } = held;
  try {
    const context = { now, random: deps.random(), rateLimit, ownLease: lease.id };
    return decideConnection(record, connection, context);
  } catch (refusal) {
    const ended = refusal instanceof Problem && refusal.code === 'stream_session_ended';
    if (!ended) {
      await giveBack(request, held, settled, deps);
      throw refusal;
    }
    const { changes, sliOutcome } = episodeAfter(refusal, record, loss, now);
    await giveBack(request, held, { ...settled, ...changes }, deps);
    throw refusal.countedAs(sliOutcome);
  }
}

/**
 * An answer that was given before.
 * @throws Problem `answer_lost` where what is stored is no answer to this offer
 */
function repeated(
  answer: Uint8Array,
  { signalRequest }: ReconnectRequest,
  deps: ReconnectDependencies,
): Answer {
  try {
    return { body: decompressAnswer(answer, signalRequest), replayed: true };
  } catch (error) {
    deps.log.error('answer not unpacked', { cause: (error as Error).name });
    throw new Problem('answer_lost', 'The answer to this offer cannot be read any more; make a new offer.', {
      retryAfterMs: spread(reconnectableInMs(undefined), deps.random()),
    });
  }
}

/**
 * Asks AWS, and looks the status up where a refusal needs explaining. A session that is ready by then
 * had only just changed, so AWS is asked once more.
 */
async function askAws(
  request: ReconnectRequest,
  { createdAt }: SessionRecord,
  clientToken: string,
  repeat: boolean,
  deps: ReconnectDependencies,
): Promise<{ seen: StatusLookup | undefined } & ({ signalResponse: string } | { failure: AwsFailure })> {
  const deadline = request.endsBy - RESERVE_MS;
  let seen: StatusLookup | undefined;
  for (let looked = false; ; looked = true) {
    try {
      return { signalResponse: await deps.createConnection(request, clientToken, deadline), seen };
    } catch (failure) {
      if (!(failure instanceof AwsFailure) || failure.kind === 'throttled') throw failure;
      seen = needsStatusLookup(failure)
        ? await deps.lookUpStatus({ ...request, createdAt }, deadline, request.metrics)
        : undefined;
      const justReady = seen !== undefined && isReconnectable(seen.status);
      if (looked || repeat || failure.uncertain || !justReady) return { failure, seen };
    }
  }
}
