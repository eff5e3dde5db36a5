import { Problem } from '../problems/problems.ts';

/** A player's place in the line of an account's quota. Epoch milliseconds. */
export interface Ticket {
  /** 0 where there was none to give. */
  at: number;
  /** When the player first had to wait. */
  since: number;
  /** It lies in the line of spare places. */
  spare?: boolean;
  /** How many turns a second were given before it, so that whoever tells its place tells the same. */
  perSecond?: number;
  /** The stream group that it was given for: each Region has a line of its own. */
  group?: string;
  /** The request that got it was charged to the player's budget, so the one that uses it is not. */
  paid?: boolean;
}

/** A wait up to this is spent in the function: cheaper than another request, and short enough to be billed. */
export const SHORT_WAIT_MS = 1000;
/** A turn is kept for this long after its time; an outage that ends must not bring back a burst of old turns. */
export const TICKET_KEPT_MS = 2000;

/** What a turn is worth: none, not yet (`waitMs` to go), or now. A lost one is none. */
export function ticketStateOf(turn: Ticket | undefined, now: number): 'none' | 'due' | { waitMs: number } {
  if (!turn || now > turn.at + TICKET_KEPT_MS) return 'none';
  return now >= turn.at ? 'due' : { waitMs: Math.ceil(turn.at - now) };
}

/** Whether a request at this time uses the turn: at once, or after a short wait. */
export function isTicketUsable(turn: Ticket | undefined, now: number): boolean {
  const worth = ticketStateOf(turn, now);
  return worth === 'due' || (worth !== 'none' && worth.waitMs <= SHORT_WAIT_MS);
}

/** The place in the line of a turn, 1 for the next. */
export function queuePositionOf(
  { at, perSecond = 1 }: Pick<Ticket, 'at' | 'perSecond'>,
  now: number,
): number {
  return Math.max(1, Math.ceil(((at - now) / 1000) * perSecond));
}

/** The answer to somebody who has to wait. @param cause what AWS said, if it was asked. */
export function pacedProblem(
  wait: { waitMs: number; queuePosition?: number; mayBeTooLate?: boolean },
  cause?: unknown,
): Problem {
  const { waitMs, queuePosition, mayBeTooLate } = wait;
  return new Problem(
    'paced',
    "The account's AWS quota is taken by other players at the moment; repeat this request when its turn has come.",
    {
      retryAfterMs: Math.max(1, Math.ceil(waitMs)),
      ...(queuePosition === undefined ? {} : { queuePosition }),
      ...(mayBeTooLate ? { mayBeTooLate } : {}),
    },
    cause,
  );
}
