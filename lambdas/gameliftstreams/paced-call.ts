import type { AdmissionQueue } from '../admission/queue-table.ts';
import {
  pacedProblem,
  queuePositionOf,
  SHORT_WAIT_MS,
  type Ticket,
  ticketStateOf,
} from '../admission/ticket.ts';
import type { Log } from '../observability/logs.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import type { Problem } from '../problems/problems.ts';
import { AwsFailure } from './aws-failure.ts';

/** What calls on tickets work with. */
export interface PacedCallDependencies {
  queue: AdmissionQueue;
  log: Pick<Log, 'error'>;
  now(): number;
  /** @param milliseconds a short time, which is billed. */
  sleep(milliseconds: number): Promise<void>;
}

/** A request that wants to call AWS, with the ticket given before, if one was. */
export interface PacedCaller {
  ticket: Ticket | undefined;
  /** By when the call should be made, epoch milliseconds: the likely end of what it is to save, or of the player's patience. */
  end: number;
  /** Nothing is lost after the end. */
  hasNoDeadline?: boolean;
  /** Of the request. */
  metrics: Pick<RequestMetrics, 'waitedMs'>;
}

/**
 * The call's result, or a wait with the ticket to keep. `uncertain`: AWS may have acted on an attempt that it throttled.
 * `counted` is the queue's own bookkeeping: it must end before the sandbox is frozen, but no answer waits for it.
 */
export type PacedResult<T> =
  | { done: T; uncertain: boolean; counted: Promise<void> }
  | { paced: Problem; ticket: Ticket; uncertain: boolean };

/**
 * Calls AWS when the caller's ticket is due. With a ticket the queue is not asked; without one it is asked first. A short wait
 * is spent here, a longer one is the caller's.
 *
 * @throws AwsFailure for everything but a throttle.
 */
export async function callWhenAdmitted<T>(
  caller: PacedCaller,
  deps: PacedCallDependencies,
  call: () => Promise<T>,
): Promise<PacedResult<T>> {
  const { queue, now, sleep, log } = deps;
  const arrival = { end: caller.end };
  const since = caller.ticket?.since ?? now();
  let { ticket } = caller;
  let throttle: AwsFailure | undefined;
  let uncertain = false;
  let left = SHORT_WAIT_MS;
  const paced = (wait: Ticket | { askAgainAt: number }): PacedResult<T> => {
    const hasTicket = 'at' in wait;
    const at = hasTicket ? wait.at : wait.askAgainAt;
    const answer = {
      waitMs: at - now(),
      ...(hasTicket ? { queuePosition: queuePositionOf(wait, now()) } : {}),
      mayBeTooLate: !caller.hasNoDeadline && at > caller.end,
    };
    return { paced: pacedProblem(answer, throttle), ticket: hasTicket ? wait : { at: 0, since }, uncertain };
  };

  const count = (taken: boolean) =>
    queue.countCall({ taken, spare: ticket?.spare === true }).catch((defect: Error) => {
      // AWS has answered: that must not be lost over bookkeeping.
      log.error('not counted', { cause: defect.name });
    });

  for (;;) {
    let state = ticketStateOf(ticket, now());
    let onTicket = state !== 'none';
    if (state === 'none') {
      const admission = await queue.admit(arrival);
      if (admission !== 'notQueued') {
        if (!('at' in admission)) return paced(admission);
        ticket = { ...admission, since };
        if (ticket.at - now() > left) return paced(ticket);
        onTicket = true;
        state = ticketStateOf(ticket, now());
      }
    }
    if (typeof state === 'object') {
      if (ticket === undefined) throw new Error('A wait without a ticket');
      if (state.waitMs > left) return paced(ticket);
      await sleep(state.waitMs);
      caller.metrics.waitedMs += state.waitMs;
      left -= state.waitMs;
    }
    try {
      const done = await call();
      return { done, uncertain, counted: onTicket ? count(true) : Promise.resolve() };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      const throttled = failure.kind === 'throttled';
      if (onTicket) await count(!throttled);
      uncertain ||= failure.uncertain;
      // What AWS may have done at an earlier attempt is not undone by a later refusal.
      if (!throttled) throw uncertain ? new AwsFailure(failure.kind, true, failure) : failure;
      throttle = failure;
    }
    const next = await queue.readmit(arrival, onTicket);
    if (!('at' in next)) return paced(next);
    ticket = { ...next, since };
    if (ticket.at - now() > left) return paced(ticket);
  }
}
