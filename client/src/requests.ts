import type { ApiRequest, ApiResponse, Read, Send } from './api-client.ts';
import { compact } from './compact.ts';
import { type Refusal, wordOf } from './problem.ts';
import { decideRetry } from './reconnect-policy.ts';
import type { Scope } from './scope.ts';
import { outcomeOf, sleep } from './signals.ts';
import type { Ended, Wait } from './state.ts';
import { CUT_EVERY_MS } from './timing.ts';

/** What the page sees: how many connections were requested, and what the next one waits for. */
export interface Progress {
  readonly attempt: number;
  readonly wait?: Wait;
}

/** The requests of one attempt, one at a time, and the waits between them. After `stop()` no promise settles. */
export interface Requests {
  progress(): Progress;
  /** Aborted by `stop()`. */
  readonly signal: AbortSignal;
  /** Ends the attempt. */
  stop(): void;
  /** While paused, `unpaused()` waits, and a new network cuts nothing short. */
  pause(paused: boolean): void;
  readonly isPaused: boolean;
  /** How often the browser came back online. An older offer may name addresses of a network that is gone. */
  readonly network: number;
  /** A request is in flight. */
  readonly inFlight: boolean;
  /** Resolves when the attempt is not paused. */
  unpaused(): Promise<unknown>;
  /** Counts a request for a connection: shows the new number, and emits the event. */
  count(): void;
  /** Sends one request once. Undefined: a new network cut it short. @param leaves called when it is about to leave. */
  send<T>(request: ApiRequest, read: Read<T>, leaves?: () => void): Promise<ApiResponse<T> | undefined>;
  /** Repeats one request until it is answered. */
  repeat<T>(request: ApiRequest, read: Read<T>): Promise<{ kind: 'answer'; value: T } | Ended>;
  /** Waits as the policy says about a refusal, unless it says to end. */
  waitAfter(refusal: Refusal): Promise<Ended | undefined>;
  /** Emits a refusal, and shows the wait. */
  refused(refusal: Refusal, waitMs: number): void;
  /** Waits. A new network cuts it short, unless the wait is firm. @returns false where it was cut short. */
  sleep(ms: number, firm?: boolean): Promise<boolean>;
}

/**
 * @param changed called when the attempt's number or the wait has changed.
 * @param attempt how many connections were requested before.
 */
export function createRequests(scope: Scope, send: Send, changed?: () => void, attempt = 0): Requests {
  const { env } = scope;
  const own = new AbortController();
  const limits = { env, signal: own.signal };
  let wait: Wait | undefined;
  let failures = 0;
  let resume = () => {};
  /** When a new network has cut something short last. */
  let cutAt = 0;
  /** Aborted when a new network cuts a wait or a request short. */
  let cut = own;

  function online(): void {
    requests.network += 1;
    if (env.now() < cutAt + CUT_EVERY_MS) return;
    failures = 0;
    if (requests.isPaused || cut === own) return;
    cutAt = env.now();
    cut.abort();
  }

  function stop(): void {
    scope.signal.removeEventListener('abort', stop);
    env.events?.removeEventListener('online', online);
    own.abort();
  }

  function show(next?: Wait): void {
    wait = next;
    if (!own.signal.aborted) changed?.();
  }

  /** Runs a task that a new network cuts short. @returns undefined where it did. */
  async function interruptible<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    cut = new AbortController();
    const outcome = await outcomeOf(task, { ...limits, cut: cut.signal });
    cut = own;
    return outcome.kind === 'value' ? outcome.value : undefined;
  }

  const requests = {
    signal: own.signal,
    stop,
    network: 0,
    isPaused: false,
    inFlight: false,
    progress: () => compact({ attempt, wait }),

    pause(isPaused: boolean) {
      requests.isPaused = isPaused;
      if (!isPaused) resume();
    },

    unpaused() {
      const unpausing = new Promise<void>((resolve) => {
        resume = resolve;
      });
      return outcomeOf(() => (requests.isPaused ? unpausing : undefined), limits);
    },

    count() {
      attempt += 1;
      show();
      scope.emit({ name: 'asked', attempt });
    },

    async send<T>(request: ApiRequest, read: Read<T>, leaves?: () => void) {
      requests.inFlight = true;
      const response = await interruptible((signal) => send(request, read, signal, leaves));
      requests.inFlight = false;
      return response;
    },

    async repeat<T>(request: ApiRequest, read: Read<T>) {
      for (;;) {
        if (wait) show();
        const response = await requests.send(request, read);
        // Cut short by a new network: the same again, at once.
        if (!response) continue;
        if (response.kind === 'answer') failures = 0;
        const ended = response.kind === 'refusal' ? await requests.waitAfter(response.refusal) : response;
        if (ended) return ended;
      }
    },

    async waitAfter(refusal: Refusal): Promise<Ended | undefined> {
      const { retryAfterMs, streamSession } = refusal;
      failures = retryAfterMs === undefined ? failures + 1 : 0;
      const remainingMs = scope.givesUpAt - env.now();
      const { ms = 0, firm, ending } = decideRetry({ refusal, failures, remainingMs, random: env.random() });
      requests.refused(refusal, ms);
      if (ending) return { kind: 'ended', ending, session: streamSession };
      // A wait that the server named is kept: a request that comes too early is only told how long is left.
      await requests.sleep(ms, firm);
      return undefined;
    },

    refused(refusal: Refusal, waitMs: number) {
      const { code, status, queuePosition, mayBeTooLate } = refusal;
      const word = wordOf(refusal);
      scope.failed(word);
      scope.emit({ name: 'refused', ...word, status, waitMs });
      if (waitMs) show(compact({ code, until: env.now() + waitMs, queuePosition, mayBeTooLate }));
    },

    async sleep(ms: number, firm = false) {
      if (firm) return sleep(ms, limits);
      return !!(await interruptible((signal) => sleep(ms, { env, signal })));
    },
  };
  scope.signal.addEventListener('abort', stop);
  env.events?.addEventListener('online', online);
  if (scope.signal.aborted) stop();
  return requests;
}
