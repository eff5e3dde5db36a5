import type { Environment } from './environment.ts';

/** The promise, or the signal's reason as soon as that is aborted, whatever becomes of the promise then. */
export function held<T>(promise: T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Resolves after some milliseconds, rejects with the signal's reason as soon as that is aborted; leaves no timer behind. */
export function sleep(ms: number, signal: AbortSignal, env: Environment): Promise<void> {
  let timer: unknown;
  const slept = new Promise<void>((resolve) => {
    timer = env.setTimeout(resolve, ms);
  });
  return held(slept, signal).finally(() => env.clearTimeout(timer));
}

/** A controller that is aborted with its parent; `done` lets go of the parent. */
export function childOf(parent: AbortSignal): AbortController & { done(): void } {
  const child = new AbortController();
  const follow = () => child.abort(parent.reason);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow);
  return Object.assign(child, { done: () => parent.removeEventListener('abort', follow) });
}

/** The reason of a signal that was aborted by `within`. */
export const TIMED_OUT = new Error('not in time');

/** A task that is given so many milliseconds; afterwards its signal is aborted, and this rejects with `TIMED_OUT`. */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  env: Environment,
  task: (signal: AbortSignal) => T | PromiseLike<T>,
): Promise<T> {
  const child = childOf(signal);
  const timer = env.setTimeout(() => child.abort(TIMED_OUT), ms);
  try {
    child.signal.throwIfAborted();
    return await held(task(child.signal), child.signal);
  } finally {
    env.clearTimeout(timer);
    child.done();
  }
}
