import type { AdmissionQueue } from '../admission/queue-table.ts';
import {
  pacedProblem,
  queuePositionOf,
  SHORT_WAIT_MS,
  type Ticket,
  ticketStateOf,
} from '../admission/ticket.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import type { Log } from '../observability/telemetry.ts';
import type { Problem } from '../problems/problems.ts';
import { AwsFailure } from './aws-failure.ts';

/** What calls on turns work with. */
export interface PacedCallDependencies {
  queue: AdmissionQueue;
  log: Pick<Log, 'error'>;
  now(): number;
  /** @param milliseconds a short time, which is billed. */
  sleep(milliseconds: number): Promise<void>;
}

/** Somebody who wants to call AWS, with the turn given before, if one was. */
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
 * What came of it: the call's result, or a wait, with the turn to keep. `uncertain`: AWS may have acted on an attempt that
 * it throttled. `counted` is the pacer's own bookkeeping: it must
 * end before the sandbox is frozen, but nobody's answer waits for it.
 */
export type PacedResult<T> =
  | { done: T; uncertain: boolean; counted: Promise<void> }
  | { paced: Problem; turn: Ticket; uncertain: boolean };

/**
 * Calls AWS when it is the caller's turn. On a turn AWS is called without asking anybody; without one the pacer is
 * asked first. A short wait is spent here, a longer one is the caller's.
 *
 * @throws AwsFailure for everything but a throttle.
 */
export async function callWhenAdmitted<T>(
  caller: PacedCaller,
  deps: PacedCallDependencies,
  call: () => Promise<T>,
): Promise<PacedResult<T>> {
  const { queue: pacer, now, sleep, log } = deps;
  const visitor = { end: caller.end };
  const since = caller.ticket?.since ?? now();
  let { ticket: turn } = caller;
  let throttle: AwsFailure | undefined;
  let uncertain = false;
  let left = SHORT_WAIT_MS;
  const paced = (wait: Ticket | { askAgainAt: number }): PacedResult<T> => {
    const hasTurn = 'at' in wait;
    const at = hasTurn ? wait.at : wait.askAgainAt;
    const told = {
      waitMs: at - now(),
      ...(hasTurn ? { queuePosition: queuePositionOf(wait, now()) } : {}),
      mayBeTooLate: !caller.hasNoDeadline && at > caller.end,
    };
    return { paced: pacedProblem(told, throttle), turn: hasTurn ? wait : { at: 0, since }, uncertain };
  };

  const count = (taken: boolean) =>
    pacer.countCall({ taken, spare: turn?.spare === true }).catch((defect: Error) => {
      // AWS has answered: that must not be lost over bookkeeping.
      log.error('not counted', { cause: defect.name });
    });

  for (;;) {
    let worth = ticketStateOf(turn, now());
    let turned = worth !== 'none';
    if (worth === 'none') {
      const entry = await pacer.admit(visitor);
      if (entry !== 'calm') {
        if (!('at' in entry)) return paced(entry);
        turn = { ...entry, since };
        if (turn.at - now() > left) return paced(turn);
        turned = true;
        worth = ticketStateOf(turn, now());
      }
    }
    if (typeof worth === 'object') {
      if (turn === undefined) throw new Error('A wait without a turn');
      if (worth.waitMs > left) return paced(turn);
      await sleep(worth.waitMs);
      caller.metrics.waitedMs += worth.waitMs;
      left -= worth.waitMs;
    }
    try {
      const done = await call();
      return { done, uncertain, counted: turned ? count(true) : Promise.resolve() };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      const throttled = failure.kind === 'throttled';
      if (turned) await count(!throttled);
      uncertain ||= failure.uncertain;
      // What AWS may have done at an earlier attempt is not undone by a later refusal.
      if (!throttled) throw uncertain ? new AwsFailure(failure.kind, true, failure) : failure;
      throttle = failure;
    }
    const next = await pacer.readmit(visitor, turned);
    if (!('at' in next)) return paced(next);
    turn = { ...next, since };
    if (turn.at - now() > left) return paced(turn);
  }
}
