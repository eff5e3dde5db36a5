import type { ApiRequest } from './api.ts';
import { compact } from './compact.ts';
import { RejoinError } from './error.ts';
import { nextStep } from './policy.ts';
import { failure, type Refusal, type Retry, wordOf } from './problem.ts';
import type { Run } from './run.ts';
import { childOf, sleep } from './signals.ts';

/** Thrown out of what a new network cuts short. */
const CUT = {};

/** Something to ask until it is answered. */
export interface Question<T> {
  /** Makes the request: at first, and again where a new offer is due. */
  make(): ApiRequest | Promise<ApiRequest>;
  /** Reads the answer; undefined where it is not what it should be. */
  read(body: unknown): T | undefined;
  /** A request for a connection: it counts as an attempt. */
  attempt?: boolean;
  /** Whether a new offer takes the request's place when the browser has come to a new network. */
  remake?: boolean;
}

/**
 * Asks, one request at a time, until there is an answer. It repeats, waits and renews as the refusals say.
 * @throws RejoinError with the last word, or whatever ended the run.
 */
export async function ask<T>(
  run: Run,
  { make, read, attempt = false, remake = false }: Question<T>,
): Promise<{ value: T; replayed: boolean }> {
  for (;;) {
    const { network } = run;
    const request = await make();
    let retry: Retry = 'same';
    while (retry === 'same' && !(remake && run.network !== network)) {
      if (attempt) run.attempt += 1;
      run.trying();
      if (attempt) run.tell({ name: 'asked', attempt: run.attempt });
      const answer = await cuttable(run, (signal) => run.send(request, signal));
      // Cut short by a new network: the same again, at once, or anew.
      if (answer === undefined) continue;
      const value = answer.refusal === undefined ? read(answer.body) : undefined;
      if (value !== undefined) {
        if (!attempt) run.failures = 0;
        return { value, replayed: answer.replayed === true };
      }
      const refusal = answer.refusal ?? failure('garbled', 'same', answer.status);
      await pause(run, refusal);
      ({ retry } = refusal);
    }
  }
}

/** Waits as the policy says about a refusal. @throws RejoinError where it says to end. */
export async function pause(run: Run, refusal: Refusal): Promise<void> {
  const { env } = run;
  const { code, status, queuePosition, mayBeTooLate, retryAfterMs, streamSession } = refusal;
  run.word = wordOf(refusal);
  run.failures = retryAfterMs === undefined ? run.failures + 1 : 0;
  const remainingMs = run.remainingMs();
  const step = nextStep({ refusal, failures: run.failures, remainingMs, random: env.random() });
  const { ms: waitMs = 0, firm, ending } = step;
  run.tell({ name: 'refused', ...run.word, status, waitMs });
  if (ending !== undefined) {
    run.session = streamSession ?? run.session;
    throw new RejoinError(ending);
  }
  run.trying(compact({ code, until: env.now() + waitMs, queuePosition, mayBeTooLate }));
  const wait = (signal: AbortSignal) => sleep(waitMs, signal, env);
  // A wait that the server named stands: a player who comes back too early only hears how long is left.
  await (firm ? wait(run.signal) : cuttable(run, wait));
}

/** Does something that a new network cuts short; undefined where it did. */
async function cuttable<T>(run: Run, task: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const child = childOf(run.signal);
  run.cut = () => child.abort(CUT);
  try {
    return await task(child.signal);
  } catch (error) {
    if (error !== CUT) throw error;
    return undefined;
  } finally {
    run.cut = undefined;
    child.done();
  }
}
