import { Failure } from '../aws/failure.ts';

export interface Patience {
  /** How long to go on asking, in milliseconds, from now. */
  budgetMs: number;
  now: () => number;
  sleep: (milliseconds: number) => Promise<void>;
  /** Told before each wait. */
  onWait: (failure: Failure, milliseconds: number) => void;
}

/**
 * Repeats a request for as long as the API says that repeating helps, waiting as long as it says; gives up when the next wait
 * would go beyond the budget.
 * @throws Failure the last one
 */
export async function withPatience<T>(act: () => Promise<T>, patience: Patience): Promise<T> {
  const deadline = patience.now() + patience.budgetMs;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Failure) || error.retryAfterMs === undefined) throw error;
      const wait = Math.max(100, error.retryAfterMs);
      if (patience.now() + wait > deadline) throw error;
      patience.onWait(error, wait);
      await patience.sleep(wait);
    }
  }
}
