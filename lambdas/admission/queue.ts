import { currentRate } from './queue-rate.ts';
import { isQueueing, type QueueName, type QueueState } from './queue-state.ts';

/** Taking one ticket: what the table does in one conditional update. */
export interface QueueStep {
  queue: QueueName;
  now: number;
  /** The queue grows by this. */
  intervalMs: number;
  /** The ticket where the queue is empty. */
  firstTicket: number;
  /** AWS has just throttled: queueing begins, or goes on, for {@link QUEUEING_MS}. */
  opens: boolean;
  /** Queueing begins: what was counted before says nothing. */
  begins: boolean;
}

/** After AWS throttled, arrivals take tickets for at least this long. */
export const QUEUEING_MS = 10_000;
/**
 * The first ticket after a throttle comes this much later: AWS's bucket, which holds a second's worth, has tokens again by
 * then, and they absorb that players come a little early or late. A full second would let some run over.
 */
const SLACK_MS = 700;
/** How long before a player's first request its stream may have been lost. */
const LOSS_BEFORE_FIRST_REQUEST_MS = 2000;
/**
 * AWS may notice a loss this much later than the player's client, so that a ticket after the likely end may still be in time.
 * The queues give tickets until then; later ones take no place in a queue, and are spread over the second time.
 */
const NOTICED_LATER_MS = 20_000;
const LATE_SPREAD_MS = 60_000;

function rateOf(state: QueueState, quota: number, queue: QueueName, now: number): number {
  return currentRate(state, quota, now) * (queue === 'nextFreeAt' ? 1 : state.overflowShare);
}

/** The ticket that a queue would give now. */
function offered(state: QueueState, queue: QueueName, now: number): number {
  return Math.max(state[queue], now);
}

/**
 * The queue to join: the first, unless its ticket comes after the session's likely end and the overflow queue's does not. A
 * player whom AWS throttled on a ticket joins the quicker one.
 *
 * @param end the session's likely end.
 */
export function queueFor(
  state: QueueState,
  arrival: { now: number; end: number; again: boolean },
): QueueName {
  const { now, end, again } = arrival;
  const [first, overflow] = [offered(state, 'nextFreeAt', now), offered(state, 'overflowNextFreeAt', now)];
  if (again) return overflow < first ? 'overflowNextFreeAt' : 'nextFreeAt';
  return first > lastSafeTicket(end) && overflow <= end ? 'overflowNextFreeAt' : 'nextFreeAt';
}

/** The last ticket that is surely in time: the end is counted from a player's first request, a little after the loss. */
export function lastSafeTicket(end: number): number {
  return end - LOSS_BEFORE_FIRST_REQUEST_MS;
}

/**
 * The ticket of a player who would come too late even in the queue to join, else undefined. It takes no place in a queue:
 * players whose sessions are over would keep out those who drop after them.
 */
export function ticketPastEnd(
  state: QueueState,
  arrival: { now: number; end: number; again: boolean; random: number },
): number | undefined {
  const { now, end, again, random } = arrival;
  const ticket = offered(state, queueFor(state, arrival), now);
  return ticket > end + (again ? 0 : NOTICED_LATER_MS) ? ticket + random * LATE_SPREAD_MS : undefined;
}

/** A ticket in the rest of the session's life: for a player who came in time, whom AWS throttled, and for whom no queue has one. */
export function ticketBeforeEnd(now: number, end: number, random: number): number | undefined {
  return end - now > SLACK_MS ? now + SLACK_MS + random * (end - now - SLACK_MS) : undefined;
}

/** Taking a ticket in a queue. */
export function stepOf(
  state: QueueState,
  quota: number,
  { queue, now, opens }: { queue: QueueName; now: number; opens: boolean },
): QueueStep {
  const intervalMs = 1000 / rateOf(state, quota, queue, now);
  const firstTicket = now + (opens ? SLACK_MS : queue === 'overflowNextFreeAt' ? intervalMs : 0);
  return { queue, now, intervalMs, firstTicket, opens, begins: opens && !isQueueing(state, now) };
}

/**
 * How long a player waits when the queue's item is too busy to give a ticket. The longer the queue is known to be, the wider
 * the waits are spread: in a longer queue a later request costs the player nothing.
 */
export function busyItemWaitMs(state: QueueState | undefined, now: number, random: number): number {
  const length = state ? state.nextFreeAt - now : 0;
  return Math.round(1000 + random * Math.min(60_000, Math.max(2000, length / 2)));
}
