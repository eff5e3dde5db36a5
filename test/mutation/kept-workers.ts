/** Keeps Vitest's worker between runs: starting one and loading the modules takes longer than most tests. */
import {
  type PoolOptions,
  type PoolWorker,
  ThreadsPoolWorker,
  type Vitest,
  type WorkerRequest,
} from 'vitest/node';

const NAME = 'kept';

type Listener = (...args: unknown[]) => void;
type Config = Extract<WorkerRequest, { type: 'start' }>['context']['config'];

/**
 * The workers of projects whose files share a worker (`isolate: false`). A run evaluates its test files anew, and finds all other
 * modules loaded.
 */
export class KeptWorkers {
  readonly #threads = new Map<string, ThreadsPoolWorker>();

  /** From now on these projects use kept workers. */
  constructor(vitest: Vitest) {
    for (const { config } of vitest.projects) {
      if (config.isolate) continue;
      Object.assign(config, {
        pool: NAME,
        poolRunner: { name: NAME, createPoolWorker: (options: PoolOptions) => this.#workerOf(options) },
      });
    }
  }

  /** The next run gets a new worker: something in the old one may have been changed for good. */
  async discard(): Promise<void> {
    const threads = [...this.#threads.values()];
    this.#threads.clear();
    await Promise.all(threads.map((thread) => thread.stop()));
  }

  #workerOf(options: PoolOptions): PoolWorker {
    const { name } = options.project;
    const kept = this.#threads.get(name);
    const thread = kept ?? new ThreadsPoolWorker(options);
    this.#threads.set(name, thread);
    return keptWorker(thread, kept !== undefined);
  }
}

/**
 * What Vitest takes for a worker of a single run.
 * @param running whether the thread has been started for an earlier run
 */
function keptWorker(thread: ThreadsPoolWorker, running: boolean): PoolWorker {
  const listeners: (readonly [event: string, listener: Listener])[] = [];
  let config: Config | undefined;
  const answer = (type: 'started' | 'stopped') => {
    const message = { type, __vitest_worker_response__: true };
    setImmediate(() => {
      for (const [event, listener] of listeners) if (event === 'message') listener(message);
    });
  };
  return {
    name: NAME,
    start: async () => {
      if (!running) await thread.start();
    },
    on: (event, listener) => {
      listeners.push([event, listener]);
      thread.on(event, listener);
    },
    off: (event, listener) => thread.off(event, listener),
    deserialize: (data) => thread.deserialize(data),
    send: (message) => {
      if (message.type === 'start') {
        config = message.context.config;
        if (running) return answer('started');
      }
      if (message.type === 'stop') return answer('stopped');
      // The thread was started with the settings of its first run.
      if (message.type !== 'run') return thread.send(message);
      thread.send({ ...message, context: { ...message.context, config } } as WorkerRequest);
    },
    stop: async () => {
      for (const [event, listener] of listeners) thread.off(event, listener);
    },
  };
}
