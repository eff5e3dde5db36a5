import { PROBLEMS } from '../../contract/problems.ts';
import type { Ticket } from '../admission/ticket.ts';
import type { Problem, SliOutcome } from '../problems/problems.ts';
import { COUNTED_AGAIN_MS, sliOutcomeOf } from './sli.ts';

/** A player's refusals since the last request that was answered. Epoch milliseconds. */
export interface FailureEpisode {
  /** When the player was refused first. */
  since: number;
  /** When the player's last wait is over. */
  until: number;
  /** When a failure was counted last. */
  counted?: number;
  /** When the player was refused last, and the mark of that request. */
  refusedAt?: number;
  request?: string;
}

/** What a request reports of the loss that it is sent for. */
export interface ReportedLoss {
  /** Tells the player's requests apart: a repeated one has the same. */
  request: string;
  /** When the page saw the stream for the last time, by the function's clock; undefined where it does not say. */
  lostAt: number | undefined;
}

/** A request that comes later than this after the wait begins a new episode. */
const SAME_EPISODE_MS = 60_000;
/** AWS documents no time in which it notices a loss: twice the longest that is tried here. */
const NOTICED_MS = 30_000;

/** Ends that somebody wanted or that had to come (API reference, StreamSessionStatusReason). */
const DUE_ENDS = new Set(['applicationExit', 'apiTerminated', 'idleTimeout', 'maxSessionLengthTimeout']);

/**
 * What a refusal counts as for a player whose episode so far is known, and the episode from then on; null where the session is
 * over. Within one episode a failure is counted once, however often it is repeated.
 */
export function classifyRefusal(
  problem: Problem,
  known: FailureEpisode | undefined,
  now: number,
  loss?: ReportedLoss,
): { sliOutcome: SliOutcome; episode: FailureEpisode | null } {
  const recent = known && now <= known.until + SAME_EPISODE_MS ? known : undefined;
  const before = recent && !isAnotherLoss(recent, loss) ? recent : undefined;
  const { code, extras } = problem;
  const failed =
    sliOutcomeOf(problem, PROBLEMS[code].status) === 'failure' || (before && isLost(problem, before, now));
  // A stream that came back for a moment does not make the next failure another player's.
  const counted = recent?.counted !== undefined && now < recent.counted + COUNTED_AGAIN_MS;
  const sliOutcome = failed && !counted ? 'failure' : 'excluded';
  if (code === 'stream_session_ended') return { sliOutcome, episode: null };
  const countedAt = sliOutcome === 'failure' ? now : recent?.counted;
  return {
    sliOutcome,
    episode: {
      since: before?.since ?? now,
      until: now + (extras.retryAfterMs ?? 0),
      ...(countedAt === undefined ? {} : { counted: countedAt }),
      ...(loss && { refusedAt: now, request: loss.request }),
    },
  };
}

/**
 * Whether the stream came back by itself since the last refusal, and this is another loss. A repeated request does not show that: pages
 * repeat the very bytes, and with them how long the silence had lasted when the request was made.
 */
function isAnotherLoss(
  { until, refusedAt = until, request }: FailureEpisode,
  loss: ReportedLoss | undefined,
): boolean {
  return loss?.lostAt !== undefined && loss.request !== request && loss.lostAt > refusedAt;
}

/**
 * The episode of a player who has a ticket: it waits in the queue for AWS's quota. A queue too busy to give one (`at` is 0) names
 * a wait of up to a minute.
 */
export function episodeOfTicket(ticket: Ticket | undefined): FailureEpisode | undefined {
  return ticket && { since: ticket.since, until: Math.max(ticket.at, ticket.since + SAME_EPISODE_MS) };
}

/** Whether a refusal that is right by itself lost the player the session, or keeps the player out for too long. */
function isLost({ code, extras }: Problem, { since }: FailureEpisode, now: number): boolean {
  // The player asked while the session lived, and was refused until it was over.
  if (code === 'stream_session_ended') return !DUE_ENDS.has(extras.statusReason ?? '');
  if (code !== 'session_not_reconnectable') return false;
  return extras.streamSessionStatus !== 'ACTIVATING' && now > since + NOTICED_MS;
}
