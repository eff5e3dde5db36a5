import { Failure } from '../cli/failure.ts';
import { seconds } from '../cli/print.ts';

export interface RetryOptions {
  /** How long to go on, in milliseconds from now. */
  limitMs: number;
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Called before each wait. */
  onWait: (failure: Failure, milliseconds: number) => void;
}

/**
 * Repeats a request while the API says that a repetition helps, after the wait that the API names. Gives up before a wait that
 * would end after the limit.
 * @throws Failure the last one, which says how long to wait if a repetition helps
 */
export async function withRetries<T>(send: () => Promise<T>, options: RetryOptions): Promise<T> {
  const deadline = options.now() + options.limitMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Failure) || error.retryAfterMs === undefined) throw error;
      const wait = Math.max(100, error.retryAfterMs);
      if (options.now() + wait > deadline) throw withWait(error, wait);
      options.onWait(error, wait);
      await options.sleep(wait);
    }
  }
}

/** Without this, an operator whose rate is used up would not know when it is free again. */
const withWait = (failure: Failure, wait: number): Failure =>
  new Failure(`${failure.message} Try again in ${seconds(wait)}.`, failure.exitCode, {
    code: failure.code,
    retryAfterMs: failure.retryAfterMs,
    cause: failure,
  });
