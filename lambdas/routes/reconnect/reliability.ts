import type { StatusLookup } from '../../gameliftstreams/refusals.ts';
import { connectionClientToken, connectionIdOf } from '../../identifiers/digests.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import type { Problem, SliOutcome } from '../../problems/problems.ts';
import { classifyRefusal, episodeOfTicket, type ReportedLoss } from '../../reliability/failure-episode.ts';
import { noticeTimeMs } from '../../reliability/notice-time.ts';
import { countPlayer } from '../../reliability/player-failures.ts';
import { classifyConnection } from '../../reliability/unstable-connection.ts';
import type { SessionChanges } from '../../sessions/session-table.ts';
import { type SessionRecord, statusChanges } from '../../sessions/stream-session.ts';
import { ANSWER_KEPT_MS, type ReconnectDependencies, type ReconnectRequest } from './dependencies.ts';

/** What a refusal counts as, and what it changes in the player's failure episode. */
export function episodeAfter(
  refusal: Problem,
  { failureEpisode, ticket }: SessionRecord,
  loss: ReportedLoss,
  now: number,
): { changes: Pick<SessionChanges, 'failureEpisode'>; sliOutcome: SliOutcome } {
  const known = failureEpisode ?? episodeOfTicket(ticket);
  const { sliOutcome, episode } = classifyRefusal(refusal, known, now, loss);
  // The ticket of a player in a queue says the same, and in a storm ten thousand such writes are better small.
  const isWorthWriting = refusal.code !== 'paced' || sliOutcome === 'failure';
  const isWritten = failureEpisode !== undefined || (episode !== null && isWorthWriting);
  return { changes: isWritten ? { failureEpisode: episode } : {}, sliOutcome };
}

/** When the loss began. A request that may have been sent before does not say: its silence is that of its first time. */
export function certainLoss(
  { ticket, failureEpisode }: SessionRecord,
  { request, lostAt }: ReportedLoss,
  repeat: boolean,
): number | undefined {
  return repeat || ticket || failureEpisode?.request === request ? undefined : lostAt;
}

/** How long AWS took to notice the loss, in milliseconds; undefined unless a status lookup saw that it did and the page says when it was. */
export function noticeTimeOf(
  record: SessionRecord,
  seen: StatusLookup | undefined,
  lostAt: number | undefined,
): number | undefined {
  const { status, noticedAt } = seen ? statusChanges(undefined, seen, 0) : record;
  if (status !== 'PENDING_CLIENT_RECONNECTION' || noticedAt === undefined || lostAt === undefined)
    return undefined;
  return noticeTimeMs(noticedAt, lostAt);
}

/** Whether the connection before was unstable, as far as this session remembers. */
export function unstableConnectionOf(
  request: ReconnectRequest,
  { connectedRequest, answerUntil, unstableCountedAt }: SessionRecord,
  lostAt: number | undefined,
  now: number,
): RequestMetrics['unstableConnection'] {
  const answeredAt = answerUntil === undefined ? undefined : answerUntil - ANSWER_KEPT_MS;
  const connectionId =
    connectedRequest === undefined
      ? undefined
      : connectionIdOf(connectionClientToken(request, connectedRequest));
  const last = { connectionId, answeredAt, unstableCountedAt };
  return classifyConnection(last, request.previousConnectionId, now, lostAt);
}

/** Counts an unstable connection: once a player and five minutes, whatever the session. */
export async function countUnstableConnection(
  unstable: RequestMetrics['unstableConnection'],
  request: ReconnectRequest,
  deps: ReconnectDependencies,
): Promise<void> {
  const { metrics } = request;
  metrics.unstableConnection = unstable;
  if (unstable !== 'counted') return;
  metrics.unstablePlayers = await countPlayer('unstableConnection', request, deps);
  if (metrics.unstablePlayers === 0) metrics.unstableConnection = 'again';
}
