import type { Ticket } from '../admission/ticket.ts';
import { AwsFailure } from '../gameliftstreams/aws-failure.ts';
import type { SliOutcome } from '../problems/problems.ts';
import { PROBLEMS, type Problem } from '../problems/problems.ts';

/** What a player has met since the last request that went well. Epoch milliseconds. */
export interface FailureEpisode {
  /** When the player was refused first. */
  since: number;
  /** When the player was told to come back. */
  until: number;
  /** When a failure was counted last. */
  counted?: number;
  /** When the player was refused last, and the mark of that request. */
  refusedAt?: number;
  request?: string;
}

/** What a request tells about the loss that it is sent for. */
export interface ReportedLoss {
  /** Tells the player's requests apart: a repeated one has the same. */
  request: string;
  /** When the page saw the stream for the last time, by the function's clock; undefined where it does not say. */
  lostAt: number | undefined;
}

/** Who comes this long after the time that was told has got over the trouble, and has new one. */
const SAME_TROUBLE_MS = 60_000;
/** Who is still in the same trouble is counted again so often: one stuck player is no outage, and many stay one. */
export const COUNTED_AGAIN_MS = 300_000;
/** AWS documents no time in which it notices a loss: twice the longest that is tried here. */
const NOTICED_MS = 30_000;
/** A connection that is followed by another one so soon has never carried much. */
const RELAPSE_MS = 30_000;
/** A page that saw its stream for this long after the answer had something that held: that connection, or one before it that came back. */
const HELD_MS = 5000;

/** Ends that somebody wanted or that had to come (API reference, StreamSessionStatusReason). */
const DUE_ENDS = new Set(['applicationExit', 'apiTerminated', 'idleTimeout', 'maxSessionLengthTimeout']);

/**
 * What a refusal counts as by itself. What AWS refuses is its failure or ours, whatever the status says: an offer of the right form
 * comes from the Web SDK, and a player can't make a better one.
 *
 * @param status the answer's HTTP status
 */
export function sliOutcomeOf({ code, cause, extras }: Problem<string>, status: number): SliOutcome {
  // Whose turn comes in time is not refused; whose turn comes too late has probably lost the session.
  if (code === 'paced') return extras.mayBeTooLate ? 'bad' : 'neither';
  if (code === 'invalid_request') return cause instanceof AwsFailure ? 'bad' : 'neither';
  return status >= 500 || code === 'answer_lost' ? 'bad' : 'neither';
}

/**
 * What a refusal counts as for a player of whom the trouble so far is known, and the trouble from then on; null where there is
 * nothing left to be in trouble about. Between two refusals of one trouble a failure is counted once, however often it is repeated.
 */
export function classifyRefusal(
  problem: Problem,
  known: FailureEpisode | undefined,
  now: number,
  loss?: ReportedLoss,
): { verdict: SliOutcome; trouble: FailureEpisode | null } {
  const recent = known && now <= known.until + SAME_TROUBLE_MS ? known : undefined;
  const trouble = recent && !isAnotherLoss(recent, loss) ? recent : undefined;
  const { code, extras } = problem;
  const failed =
    sliOutcomeOf(problem, PROBLEMS[code].status) === 'bad' || (trouble && isLost(problem, trouble, now));
  // A stream that came back for a moment does not make the next failure another player's.
  const counted = recent?.counted !== undefined && now < recent.counted + COUNTED_AGAIN_MS;
  const verdict = failed && !counted ? 'bad' : 'neither';
  if (code === 'stream_session_ended') return { verdict, trouble: null };
  const countedAt = verdict === 'bad' ? now : recent?.counted;
  return {
    verdict,
    trouble: {
      since: trouble?.since ?? now,
      until: now + (extras.retryAfterMs ?? 0),
      ...(countedAt === undefined ? {} : { counted: countedAt }),
      ...(loss && { refusedAt: now, request: loss.request }),
    },
  };
}

/**
 * Whether the stream came back by itself since the last refusal, and this is another loss. A repeated request says nothing of it: pages
 * repeat the very bytes, and with them how long the silence had lasted when the request was made.
 */
function isAnotherLoss(
  { until, refusedAt = until, request }: FailureEpisode,
  loss: ReportedLoss | undefined,
): boolean {
  return loss?.lostAt !== undefined && loss.request !== request && loss.lostAt > refusedAt;
}

/** A turn as the trouble that it is: a line at AWS's quota. Without one in a line that is too busy, a wait of up to a minute was told. */
export function episodeOfTicket(turn: Ticket | undefined): FailureEpisode | undefined {
  return turn && { since: turn.since, until: Math.max(turn.at, turn.since + SAME_TROUBLE_MS) };
}

/** Whether a refusal that is right by itself lost the player the session, or keeps the player out for too long. */
function isLost({ code, extras }: Problem, { since }: FailureEpisode, now: number): boolean {
  // Asked while the session lived, and heard only that it is over.
  if (code === 'stream_session_ended') return !DUE_ENDS.has(extras.statusReason ?? '');
  if (code !== 'session_not_reconnectable') return false;
  return extras.streamSessionStatus !== 'ACTIVATING' && now > since + NOTICED_MS;
}

/**
 * Whether a new connection is a relapse: it follows the last one so soon that that one can't have held: it was answered, and carried nothing.
 * A page that names another connection never used the last one: the one before plays on there. A device that takes the stream over names none.
 *
 * @param lostAt when the page saw the stream for the last time, if it says so
 */
export function classifyConnection(
  last: {
    connectionId: string | undefined;
    answeredAt: number | undefined;
    relapseCounted: number | undefined;
  },
  previousConnectionId: string | undefined,
  now: number,
  lostAt?: number,
): 'none' | 'counted' | 'again' {
  const { connectionId, answeredAt, relapseCounted } = last;
  const soon = answeredAt !== undefined && now < answeredAt + RELAPSE_MS;
  if (!soon || previousConnectionId === undefined || previousConnectionId !== connectionId) return 'none';
  if (lostAt !== undefined && lostAt >= answeredAt + HELD_MS) return 'none';
  const counted = relapseCounted !== undefined && now < relapseCounted + COUNTED_AGAIN_MS;
  return counted ? 'again' : 'counted';
}
