import type { Environment } from './environment.ts';

/** The result of a task: its value, its error, a timeout, or that it was cut short. */
export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout' | 'cut' };

/** What limits a task. */
export interface Limits {
  env: Environment;
  /** Aborted when the result is no longer needed. */
  signal: AbortSignal;
  /** Time limit in milliseconds; without it there is none. */
  ms?: number | undefined;
  /** Aborted to continue without the task. */
  cut?: AbortSignal | undefined;
}

/**
 * Runs a task and resolves with its result. Never rejects. At the limit the task's own signal is aborted, and this resolves at once,
 * even if the task goes on.
 *
 * Once `signal` is aborted, this promise never settles: the code after an `await` of it does not run. No timer and no listener
 * remains.
 */
export function outcomeOf<T>(
  task: (signal: AbortSignal) => T | PromiseLike<T>,
  { env, signal, ms, cut }: Limits,
): Promise<Outcome<T>> {
  return new Promise((resolve) => {
    const own = new AbortController();
    let timer: unknown;
    const end = (outcome: Outcome<T>) => {
      env.clearTimeout(timer);
      for (const each of [signal, cut]) each?.removeEventListener('abort', cutShort);
      if (!signal.aborted) resolve(outcome);
    };
    const stop = (kind: 'timeout' | 'cut') => {
      own.abort();
      end({ kind });
    };
    const cutShort = () => stop('cut');
    for (const each of [signal, cut]) {
      if (each?.aborted) return cutShort();
      each?.addEventListener('abort', cutShort);
    }
    if (ms !== undefined) timer = env.setTimeout(() => stop('timeout'), ms);
    // A task may throw before it returns a promise.
    new Promise<T>((begin) => begin(task(own.signal))).then(
      (value) => end({ kind: 'value', value }),
      (error) => end({ kind: 'error', error }),
    );
  });
}

/** Resolves after some milliseconds, or with false when it is cut short. Never resolves once the signal is aborted. */
export async function sleep(ms: number | undefined, limits: Omit<Limits, 'ms'>): Promise<boolean> {
  return (await outcomeOf(() => new Promise(() => {}), { ...limits, ms })).kind === 'timeout';
}
