import type { Environment } from './environment.ts';

/** What came of a task: its value or its error, or that time was up or it was cut short. */
export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout' | 'cut' };

/** How long a task may go on. */
export interface Limits {
  env: Environment;
  /** Aborted when nobody wants to know what comes of the task. */
  signal: AbortSignal;
  /** Milliseconds that the task may take; without it as long as it likes. */
  ms?: number | undefined;
  /** Aborted to go on without the task. */
  cut?: AbortSignal | undefined;
}

/**
 * Does a task and tells what came of it. Never rejects. When it is too late, the task's own signal is aborted, and this resolves at
 * once, whatever becomes of the task.
 *
 * Once `signal` is aborted, this promise never settles, so the code after an `await` of it does not run. No timer and no listener
 * is left behind.
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

/** Resolves after some milliseconds, or as soon as it is cut short: then with false. Never, where the signal is aborted. */
export async function sleep(ms: number | undefined, limits: Omit<Limits, 'ms'>): Promise<boolean> {
  return (await outcomeOf(() => new Promise(() => {}), { ...limits, ms })).kind === 'timeout';
}
