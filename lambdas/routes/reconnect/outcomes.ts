import { SHORT_WAIT_MS, type Ticket } from '../../admission/ticket.ts';
import type { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import { connectProblem, type StatusLookup } from '../../gameliftstreams/refusals.ts';
import type { RequestFingerprint } from '../../identifiers/digests.ts';
import { latestNextFreeAt, type RateLimit } from '../../limits/rate-limit.ts';
import type { Problem } from '../../problems/problems.ts';
import type { ReportedLoss } from '../../reliability/failure-episode.ts';
import { compressAnswer } from '../../sessions/compressed-answer.ts';
import { addUsedOffer } from '../../sessions/connection.ts';
import { addConnection } from '../../sessions/connection-history.ts';
import type { SessionChanges } from '../../sessions/session-table.ts';
import { statusChanges, streamSessionView } from '../../sessions/stream-session.ts';
import { ANSWER_KEPT_MS, type ReconnectDependencies, type ReconnectRequest } from './dependencies.ts';
import { giveBack, type Held, storeAnswer } from './lease.ts';
import {
  certainLoss,
  countUnstableConnection,
  episodeAfter,
  noticeTimeOf,
  unstableConnectionOf,
} from './reliability.ts';

export interface Answer {
  body: string;
  replayed: boolean;
}

/** A request that has the lease, with what the record says about it. */
export interface Attempt {
  request: ReconnectRequest;
  fingerprint: RequestFingerprint;
  /** The connection that the request would make. */
  connectionId: string;
  rateLimit: RateLimit;
  held: Held;
  loss: ReportedLoss;
  usedOffers: RequestFingerprint[];
  connectionHistory: string[];
  /** What is written however the request ends. */
  settled: SessionChanges & { nextFreeAt: number };
  /** Epoch milliseconds. */
  begunAt: number;
}

/** The player waits for a ticket: it is kept in the record. @throws Problem `paced` */
export async function answerPaced(
  { request, fingerprint, rateLimit, held, loss, usedOffers, settled }: Attempt,
  { paced, ticket, uncertain }: { paced: Problem; ticket: Ticket; uncertain: boolean },
  deps: ReconnectDependencies,
): Promise<never> {
  const { changes, sliOutcome } = episodeAfter(paced, held.record, loss, deps.now());
  const written = {
    ...settled,
    ...changes,
    ...(uncertain ? { usedOffers: addUsedOffer(usedOffers, fingerprint) } : {}),
    ticket,
    // However low the player's own rate limit is, it lets the player come when the ticket is due.
    ...(ticket.at > 0
      ? { nextFreeAt: Math.min(settled.nextFreeAt, latestNextFreeAt(rateLimit, ticket.at - SHORT_WAIT_MS)) }
      : {}),
  };
  await giveBack(request, held, written, deps);
  throw paced.countedAs(sliOutcome);
}

/**
 * AWS refused.
 *
 * @param repeat AWS may have accepted this very request before.
 * @param refused its refusal, and the status that was looked up since.
 * @param call `uncertain`: AWS may have acted on an attempt that it throttled; `counted` ends with the queue's bookkeeping.
 * @throws Problem with the reason
 */
export async function answerRefused(
  { request, fingerprint, held, loss, usedOffers, settled }: Attempt,
  repeat: boolean,
  { failure, seen }: { failure: AwsFailure; seen: StatusLookup | undefined },
  call: { uncertain: boolean; counted: Promise<void> },
  deps: ReconnectDependencies,
): Promise<never> {
  const problem = connectProblem(failure, repeat, seen, deps.random(), request.noticedInMs);
  const { changes, sliOutcome } = episodeAfter(problem, held.record, loss, deps.now());
  const written = {
    ...settled,
    ...changes,
    ticket: null,
    // Unknown outcome: from now on this offer may only be repeated, with the same token.
    ...(failure.uncertain || call.uncertain ? { usedOffers: addUsedOffer(usedOffers, fingerprint) } : {}),
    ...(seen ? statusChanges(held.record.status, seen, deps.now()) : {}),
  };
  await Promise.all([giveBack(request, held, written, deps), call.counted]);
  throw problem.countedAs(sliOutcome);
}

/** AWS made the connection: its answer is stored, and goes to the player. @throws Problem where the lease is lost */
export async function answerConnected(
  { request, fingerprint, connectionId, held, loss, usedOffers, connectionHistory, settled }: Attempt,
  repeat: boolean,
  made: { signalResponse: string; seen: StatusLookup | undefined },
  call: { counted: Promise<void> },
  deps: ReconnectDependencies,
): Promise<Answer> {
  const { record } = held;
  const { previousConnectionId, metrics } = request;
  const at = deps.now();
  const lostAt = certainLoss(record, loss, repeat);
  const unstable = unstableConnectionOf(request, record, lostAt, at);
  const { statusReason, ...status } = statusChanges(undefined, { status: 'RECONNECTING' }, at);
  const { statusReason: _, ...before } = record;
  const streamSession = streamSessionView({ ...before, ...status });
  const body = JSON.stringify({ signalResponse: made.signalResponse, connectionId, streamSession });
  const changes = {
    ...settled,
    ...status,
    statusReason,
    ticket: null,
    // The start's answer fits the start's offer alone.
    startResponse: null,
    ...(record.noticedAt === undefined ? {} : { noticedAt: null }),
    connectionHistory: addConnection(connectionHistory, connectionId, previousConnectionId),
    connectedRequest: fingerprint.request,
    answer: compressAnswer(body, request.signalRequest),
    answerUntil: at + ANSWER_KEPT_MS,
    usedOffers: addUsedOffer(usedOffers, fingerprint),
    ...(record.failureEpisode ? { failureEpisode: null } : {}),
    ...(unstable === 'counted' ? { unstableCountedAt: at } : {}),
  };
  metrics.noticeMs = noticeTimeOf(record, made.seen, lostAt);
  await Promise.all([
    storeAnswer(request, held, changes, deps),
    call.counted,
    countUnstableConnection(unstable, request, deps),
  ]);
  deps.log.info('connected', { connectionId });
  return { body, replayed: false };
}
