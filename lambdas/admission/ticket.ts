import { Problem } from '../problems/problems.ts';

/** A player's place in the queue for an account's quota. Epoch milliseconds. */
export interface Ticket {
  /** 0 where there was none to give. */
  at: number;
  /** When the player first had to wait. */
  since: number;
  /** It is one of the overflow queue. */
  spare?: boolean;
  /** How many tickets a second were given before it, so that every answer about it names the same place. */
  perSecond?: number;
  /** The stream group that it was given for: each Region has a queue of its own. */
  group?: string;
  /** The request that got it was charged to the player's rate limit, so the one that uses it is not. */
  paid?: boolean;
}

/** A wait up to this is spent in the function: cheaper than another request, and short enough to be billed. */
export const SHORT_WAIT_MS = 1000;
/** A ticket is kept for this long after its time: an outage that ends must not bring back a burst of old tickets. */
export const TICKET_KEPT_MS = 2000;

/** What a ticket is worth: nothing, not yet (`waitMs` to go), or due. A lost one is worth nothing. */
export function ticketStateOf(ticket: Ticket | undefined, now: number): 'none' | 'due' | { waitMs: number } {
  if (!ticket || now > ticket.at + TICKET_KEPT_MS) return 'none';
  return now >= ticket.at ? 'due' : { waitMs: Math.ceil(ticket.at - now) };
}

/** Whether a request at this time uses the ticket: at once, or after a short wait. */
export function isTicketUsable(ticket: Ticket | undefined, now: number): boolean {
  const state = ticketStateOf(ticket, now);
  return state === 'due' || (state !== 'none' && state.waitMs <= SHORT_WAIT_MS);
}

/** The place of a ticket in the queue, 1 for the next. */
export function queuePositionOf(
  { at, perSecond = 1 }: Pick<Ticket, 'at' | 'perSecond'>,
  now: number,
): number {
  return Math.max(1, Math.ceil(((at - now) / 1000) * perSecond));
}

/** The answer to a player who has to wait. @param cause AWS's error, if AWS was called. */
export function pacedProblem(
  wait: { waitMs: number; queuePosition?: number; mayBeTooLate?: boolean },
  cause?: unknown,
): Problem {
  const { waitMs, queuePosition, mayBeTooLate } = wait;
  return new Problem(
    'paced',
    "The account's AWS quota is used up at the moment; repeat this request after the wait.",
    {
      retryAfterMs: Math.max(1, Math.ceil(waitMs)),
      ...(queuePosition === undefined ? {} : { queuePosition }),
      ...(mayBeTooLate ? { mayBeTooLate } : {}),
    },
    cause,
  );
}
