import type { Environment } from './environment.ts';
import type { Word } from './problem.ts';
import { sleep } from './signals.ts';
import type { Ending, EventDetails } from './state.ts';
import { FOREVER_MS } from './timing.ts';

/** What a scope reports to. */
export interface ScopeParts {
  env: Environment;
  /** Told what happens. */
  tell(event: EventDetails): void;
  /** Called once, when the scope has ended and everything in it was told to stop. */
  ended(ending: Ending): void;
  /** The caller's signal. */
  outer?: AbortSignal | undefined;
}

/** Everything from one `start()`, `resume()`, `find()` or `end()` to its end. What runs in it stops with its signal. */
export interface Scope {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Tells an event while the scope lasts. */
  tell(event: EventDetails): void;
  /** Ends the scope as expired after so many milliseconds; without a number nothing does. */
  limit(ms?: number): void;
  readonly givesUpAt: number;
  /** Remembers what stood in the way last, for a scope that expires. */
  hindered(by: Word): void;
  /** Resolves after so many milliseconds if any, or when somebody wakes it. One caller at a time. */
  wait(ms?: number): Promise<void>;
  wake(): void;
  /** Ends it, at once and once. */
  end(ending: Ending): void;
}

/** Begins a scope. An outer signal that is aborted ends it. */
export function createScope({ env, tell, ended, outer }: ScopeParts): Scope {
  const controller = new AbortController();
  const { signal } = controller;
  let timer: unknown;
  let last: Word | undefined;
  /** Aborted to wake whoever waits; a new one for each wait. */
  let alarm = new AbortController();

  const aborted = () => scope.end({ reason: 'aborted' });

  const scope = {
    env,
    signal,
    givesUpAt: FOREVER_MS,
    tell(event: EventDetails) {
      if (!signal.aborted) tell(event);
    },
    limit(ms = FOREVER_MS) {
      env.clearTimeout(timer);
      last = undefined;
      scope.givesUpAt = env.now() + ms;
      if (ms < FOREVER_MS && !signal.aborted)
        timer = env.setTimeout(() => scope.end({ reason: 'expired', ...last }), ms);
    },
    hindered(by: Word) {
      last = by;
    },
    async wait(ms?: number) {
      await sleep(ms, { env, signal, cut: alarm.signal });
      alarm = new AbortController();
    },
    wake: () => alarm.abort(),
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
