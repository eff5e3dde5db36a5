import type { Send } from './api.ts';
import { compact } from './compact.ts';
import type { Environment } from './environment.ts';
import { RejoinError } from './error.ts';
import type { Word } from './problem.ts';
import type { StreamSession } from './session.ts';
import type { Ending, Loss, StreamEvent, StreamState, Wait } from './state.ts';

/** An event as it is made; the time is added where it is told. */
export type Happening = StreamEvent extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'at'>
    : never
  : never;

/** What a run reports to. */
export interface RunParts {
  env: Environment;
  /** Shows states; without it the run is silent. */
  set?: ((state: StreamState) => void) | undefined;
  /** Told what happens; without it nobody is. */
  tell?(event: Happening): void;
  send: Send;
  /** Called once, when the run is over and everything of it is cleaned up. */
  over(ending: Ending): void;
  /** The caller's signal. */
  outer?: AbortSignal | undefined;
}

/** Everything from one `start()`, `resume()` or `end()` to its end: the one place where its ends meet. */
export interface Run {
  readonly env: Environment;
  /** Aborted with the run, with an RejoinError. */
  readonly signal: AbortSignal;
  /** How often the browser came back online: an offer made before knows a network that is gone. */
  network: number;
  session: StreamSession | undefined;
  /** The newest connection to the session that is known here. */
  connectionId: string | undefined;
  /** The loss that is being mended; none on the way to a first connection. */
  loss: { lostAt: number; why: Loss } | undefined;
  attempt: number;
  /** Failures in a row for which nobody named a wait. */
  failures: number;
  /** What stood in the way last. */
  word: Word | undefined;
  /** Cuts short what may be cut short, while something may. */
  cut: (() => void) | undefined;
  /** Tells an event while the run lasts. */
  tell(event: Happening): void;
  /** Begins an effort that ends the run after so many milliseconds, and shows it. */
  within(ms: number): void;
  remainingMs(): number;
  /** The effort succeeded: no limit any more. */
  succeeded(): void;
  /** Shows that something is being tried, or waited for. @throws RejoinError where the run is over. */
  trying(wait?: Wait): void;
  /** Sends one request once. */
  readonly send: Send;
  /** Does what the run is for; whatever is thrown out of that ends it. */
  go(task: () => Promise<void>): void;
  /** Ends the run, at once and once. */
  stop(ending: Ending): void;
}

/** Begins a run. An outer signal that is aborted ends it. */
export function createRun({ env, set, tell, send, over, outer }: RunParts): Run {
  const controller = new AbortController();
  let timer: unknown;
  let givesUpAt = 0;

  const aborted = () => run.stop({ reason: 'aborted' });
  const online = () => {
    run.network += 1;
    run.failures = 0;
    run.cut?.();
  };

  const run: Run = {
    env,
    signal: controller.signal,
    network: 0,
    session: undefined,
    connectionId: undefined,
    loss: undefined,
    attempt: 0,
    failures: 0,
    word: undefined,
    cut: undefined,
    tell(event) {
      if (!controller.signal.aborted) tell?.(event);
    },
    within(ms) {
      env.clearTimeout(timer);
      controller.signal.throwIfAborted();
      givesUpAt = env.now() + ms;
      timer = env.setTimeout(() => {
        run.stop({ reason: 'expired', ...run.word });
      }, ms);
      run.trying();
    },
    remainingMs: () => givesUpAt - env.now(),
    succeeded() {
      env.clearTimeout(timer);
      Object.assign(run, { loss: undefined, attempt: 0, failures: 0, word: undefined });
    },
    trying(wait) {
      // A listener may have ended the run a moment ago.
      controller.signal.throwIfAborted();
      const { session, loss, attempt } = run;
      const common = { attempt, givesUpAt, wait };
      if (loss !== undefined && session !== undefined) {
        set?.(compact({ name: 'reconnecting', session, ...loss, ...common }));
      } else set?.(compact({ name: 'connecting', session, ...common }));
    },
    send,
    go(task) {
      if (outer?.aborted) aborted();
      else {
        task().catch((error) => {
          run.stop(error instanceof RejoinError ? error.ending : { reason: 'failed', error });
        });
      }
    },
    stop(ending) {
      if (controller.signal.aborted) return;
      env.clearTimeout(timer);
      env.events?.removeEventListener('online', online);
      outer?.removeEventListener('abort', aborted);
      controller.abort(new RejoinError(ending));
      over(ending);
    },
  };

  env.events?.addEventListener('online', online);
  outer?.addEventListener('abort', aborted);
  return run;
}
