import { AwsFailure } from '../core/awsFailure.ts';
import type { Problem } from '../core/problems.ts';
import { judgeTurn, pacedProblem, SHORT_WAIT_MS, type Turn } from '../core/turn.ts';
import type { Entry, Pacer } from './pacer.ts';

/** What calls on turns work with. */
export interface TurnDependencies {
  pacer: Pacer;
  now(): number;
  /** @param milliseconds a short time, which is billed. */
  sleep(milliseconds: number): Promise<void>;
}

/** Somebody who wants to call AWS, with the turn given before, if one was. */
export interface Caller {
  turn: Turn | undefined;
  /** The likely end of what the call is to save, epoch milliseconds. */
  end: number;
}

/**
 * What came of it: the call's result, or a wait, with the turn to keep. `counted` is the pacer's own bookkeeping: it must
 * end before the sandbox is frozen, but nobody's answer waits for it.
 */
export type InTurn<T> =
  | { done: T; counted: Promise<void> }
  | { paced: Problem; turn: Turn; uncertain: boolean };

/**
 * Calls AWS when it is the caller's turn. On a turn AWS is called without asking anybody; without one the pacer is
 * asked first. A short wait is spent here, a longer one is the caller's.
 *
 * @throws AwsFailure for everything but a throttle.
 */
export async function inTurn<T>(
  caller: Caller,
  deps: TurnDependencies,
  call: () => Promise<T>,
): Promise<InTurn<T>> {
  const { pacer, now, sleep } = deps;
  const visitor = { end: caller.end };
  const since = caller.turn?.since ?? now();
  let { turn } = caller;
  let throttle: AwsFailure | undefined;
  let uncertain = false;
  let left = SHORT_WAIT_MS;
  const paced = (entry: Exclude<Entry, 'calm'>): InTurn<T> => {
    const at = 'at' in entry ? entry.at : entry.askAgainAt;
    const hasTurn = 'at' in entry;
    const wait = {
      waitMs: at - now(),
      ...(hasTurn ? { queuePosition: pacer.positionOf(at) } : {}),
      mayBeTooLate: at > caller.end,
    };
    const spare = hasTurn && entry.spare ? { spare: true } : {};
    return {
      paced: pacedProblem(wait, throttle),
      turn: { at: hasTurn ? at : 0, since, ...spare },
      uncertain,
    };
  };

  for (;;) {
    let worth = judgeTurn(turn, now());
    let turned = worth !== 'none';
    if (worth === 'none') {
      const entry = await pacer.enter(visitor);
      if (entry !== 'calm') {
        if (!('at' in entry) || entry.at - now() > left) return paced(entry);
        turned = true;
        turn = { at: entry.at, since, spare: entry.spare };
        worth = judgeTurn(turn, now());
      }
    }
    if (typeof worth === 'object') {
      if (turn === undefined) throw new Error('A wait without a turn');
      if (worth.waitMs > left) return paced({ at: turn.at, spare: turn.spare === true });
      await sleep(worth.waitMs);
      left -= worth.waitMs;
    }
    try {
      const done = await call();
      const counted = turned ? pacer.count({ taken: true, spare: turn?.spare === true }) : Promise.resolve();
      return { done, counted };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      if (turned) await pacer.count({ taken: failure.kind !== 'throttled', spare: turn?.spare === true });
      if (failure.kind !== 'throttled') throw failure;
      throttle = failure;
      uncertain ||= failure.uncertain;
    }
    const next = await pacer.again(visitor, turned);
    if (!('at' in next) || next.at - now() > left) return paced(next);
    turn = { at: next.at, since, spare: next.spare };
  }
}
