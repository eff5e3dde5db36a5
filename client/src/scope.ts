import type { Environment } from './environment.ts';
import type { Word } from './problem.ts';
import { sleep } from './signals.ts';
import type { Ending, EventDetails } from './state.ts';
import { FOREVER_MS } from './timing.ts';

/** What a scope reports to. */
export interface ScopeParts {
  env: Environment;
  /** Receives each event. */
  emit(event: EventDetails): void;
  /** Called once, after the scope has ended and its signal is aborted. */
  ended(ending: Ending): void;
  /** The caller's signal. */
  outer?: AbortSignal | undefined;
}

/** The life of one `start()`, `resume()`, `find()` or `end()`. Everything in it stops with its signal. */
export interface Scope {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Emits an event, until the scope has ended. */
  emit(event: EventDetails): void;
  /** Ends the scope as expired after so many milliseconds. Without a number there is no limit. */
  limit(ms?: number): void;
  readonly givesUpAt: number;
  /** Remembers the last failure, for a scope that expires. */
  failed(by: Word): void;
  /** Resolves after so many milliseconds, or at `wake()`. Without a number, only at `wake()`. One caller at a time. */
  wait(ms?: number): Promise<void>;
  wake(): void;
  /** Ends the scope at once. Later calls do nothing. */
  end(ending: Ending): void;
}

/** Begins a scope. The outer signal ends it too. */
export function createScope({ env, emit, ended, outer }: ScopeParts): Scope {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: unknown;
  let lastFailure: Word | undefined;
  /** Aborted to end a wait; a new one for each wait. */
  let waker = new AbortController();

  const aborted = () => scope.end({ reason: 'aborted' });

  const scope = {
    env,
    signal,
    givesUpAt: FOREVER_MS,
    emit(event: EventDetails) {
      if (!signal.aborted) emit(event);
    },
    limit(ms = FOREVER_MS) {
      env.clearTimeout(timer);
      lastFailure = undefined;
      scope.givesUpAt = env.now() + ms;
      if (ms < FOREVER_MS && !signal.aborted)
        timer = env.setTimeout(() => scope.end({ reason: 'expired', ...lastFailure }), ms);
    },
    failed(by: Word) {
      lastFailure = by;
    },
    async wait(ms?: number) {
      await sleep(ms, { env, signal, cut: waker.signal });
      waker = new AbortController();
    },
    wake: () => waker.abort(),
    end(ending: Ending) {
      if (signal.aborted) return;
      env.clearTimeout(timer);
      outer?.removeEventListener('abort', aborted);
      controller.abort();
      ended(ending);
    },
  };
  outer?.addEventListener('abort', aborted);
  return scope;
}
