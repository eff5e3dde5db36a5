import { randomUUID } from 'node:crypto';
import type { FunctionModel } from '../template/model.ts';
import { workerEnvironment } from './environment.ts';
import { openLogFiles } from './log-files.ts';
import type { LoadedFile } from './protocol.ts';
import { INIT_TIMEOUT_MS, startWorker, type Worker } from './worker.ts';

/** How an invocation ended, as Lambda's Invoke tells its caller. */
export type InvokeResult =
  | { ok: true; payload: string }
  | { ok: false; errorType: string; errorMessage: string };

/** What a function has done so far. */
export interface FunctionStats {
  invocations: number;
  errors: number;
  coldStarts: number;
  /** Sum over invocations of the handler's duration, each rounded up to 1 ms as Lambda bills it. */
  billedMs: number;
  /** Sum over cold starts of the time to load the bundle, each rounded up to 1 ms. */
  initMs: number;
}

/** Runs a deployment's functions, each in processes of its own. */
export interface FunctionPool {
  /** Invokes a function with an event; waits for a worker when all are busy. Never rejects before `close`. */
  invoke(logicalId: string, event: unknown): Promise<InvokeResult>;
  /** SIGKILLs the workers that are serving an event right now, and returns how many there were. */
  kill(logicalId: string): number;
  stats(): Record<string, FunctionStats>;
  /** The file that the function's newest worker imported, and its digest; undefined before the first start. */
  executed(logicalId: string): LoadedFile | undefined;
  /** Ends every worker; invocations still under way end as errors. */
  close(): Promise<void>;
}

interface PooledWorker {
  worker: Worker;
  busy: boolean;
  idleTimer?: NodeJS.Timeout;
}

interface QueuedEvent {
  event: unknown;
  resolve: (result: InvokeResult) => void;
}

interface FunctionState {
  model: FunctionModel;
  workers: Set<PooledWorker>;
  queue: QueuedEvent[];
  stats: FunctionStats;
  executed?: LoadedFile;
}

/**
 * A pool of workers for the functions of a deployment. A worker starts when an event finds none free, is used
 * again, and is stopped after `idleMs` without work. Events above the cap wait in a queue.
 * @param options.environmentFor endpoints and credentials to add to a function's environment
 * @param options.maxWorkersPerFunction the cap, or the cap of a function; a smaller reserved concurrency in the template counts before it
 * @param options.initTimeoutMs how long a bundle may take to load, in milliseconds; default: as long as in Lambda
 * @param options.logDirectory where each function's output goes, one file a function; default: nowhere
 * @param options.onFailure gets a sentence for each event that a function did not answer: API Gateway makes a 500 or 503 of it
 */
export function createFunctionPool(options: {
  functions: readonly FunctionModel[];
  environmentFor: (fn: FunctionModel) => Record<string, string>;
  maxWorkersPerFunction?: number | ((fn: FunctionModel) => number);
  idleMs?: number;
  initTimeoutMs?: number;
  logDirectory?: string;
  onLog?: (entry: { functionName: string; line: string }) => void;
  onFailure?: (line: string) => void;
}): FunctionPool {
  const { maxWorkersPerFunction = 8, idleMs = 120_000, initTimeoutMs = INIT_TIMEOUT_MS } = options;
  const logs = options.logDirectory === undefined ? undefined : openLogFiles(options.logDirectory);
  let closed = false;
  const states = new Map<string, FunctionState>(
    options.functions.map((model) => [
      model.logicalId,
      {
        model,
        workers: new Set(),
        queue: [],
        stats: { invocations: 0, errors: 0, coldStarts: 0, billedMs: 0, initMs: 0 },
      },
    ]),
  );

  return {
    invoke(logicalId, event) {
      const state = stateOf(logicalId);
      if (closed) return Promise.resolve(ended());
      if (state.model.reservedConcurrency === 0) {
        return Promise.resolve({
          ok: false,
          errorType: 'TooManyRequestsException',
          errorMessage: 'Rate Exceeded.',
        });
      }
      return new Promise((resolve) => {
        state.queue.push({ event, resolve });
        dispatch(state);
      });
    },
    kill(logicalId) {
      const busy = [...stateOf(logicalId).workers].filter((pooled) => pooled.busy);
      for (const pooled of busy) void pooled.worker.stop('SIGKILL');
      return busy.length;
    },
    stats: () => Object.fromEntries([...states].map(([logicalId, state]) => [logicalId, { ...state.stats }])),
    executed: (logicalId) => stateOf(logicalId).executed,
    async close() {
      closed = true;
      const stopping: Promise<void>[] = [];
      for (const state of states.values()) {
        for (const { resolve } of state.queue.splice(0)) resolve(ended());
        for (const pooled of state.workers) {
          clearTimeout(pooled.idleTimer);
          stopping.push(pooled.worker.stop());
        }
      }
      await Promise.all(stopping);
      await logs?.close();
    },
  };

  function stateOf(logicalId: string): FunctionState {
    const state = states.get(logicalId);
    if (!state)
      throw new Error(`there is no function ${logicalId}: there are ${[...states.keys()].join(', ')}`);
    return state;
  }

  function capOf(fn: FunctionModel): number {
    const cap = typeof maxWorkersPerFunction === 'number' ? maxWorkersPerFunction : maxWorkersPerFunction(fn);
    return Math.min(cap, fn.reservedConcurrency ?? cap);
  }

  /** Gives waiting events to free workers, starting workers up to the cap. */
  function dispatch(state: FunctionState): void {
    const cap = capOf(state.model);
    while (state.queue.length > 0) {
      const idle = freeWorker(state);
      if (!idle && state.workers.size >= cap) return;
      const queued = state.queue.shift();
      if (!queued) return;
      const pooled = idle ?? addWorker(state);
      pooled.busy = true;
      clearTimeout(pooled.idleTimer);
      void serve(state, pooled, queued);
    }
  }

  /** A worker without work. Forgets a worker that crashed after its answer. */
  function freeWorker(state: FunctionState): PooledWorker | undefined {
    for (const pooled of state.workers) {
      if (pooled.busy) continue;
      if (pooled.worker.alive) return pooled;
      clearTimeout(pooled.idleTimer);
      state.workers.delete(pooled);
    }
    return undefined;
  }

  function addWorker(state: FunctionState): PooledWorker {
    const { model, stats } = state;
    const log = (line: string) => writeLog(model, line);
    const environment = workerEnvironment(model, options.environmentFor(model));
    const worker = startWorker(model, environment, log, initTimeoutMs);
    stats.coldStarts += 1;
    worker.ready.then(
      ({ initMs, loaded }) => {
        stats.initMs += Math.ceil(initMs);
        state.executed = loaded;
      },
      (error: Error) => log(`INIT_REPORT Status: error Error Type: ${error.name} ${error.message}`),
    );
    const pooled: PooledWorker = { worker, busy: true };
    state.workers.add(pooled);
    return pooled;
  }

  async function serve(state: FunctionState, pooled: PooledWorker, queued: QueuedEvent): Promise<void> {
    const { model, stats } = state;
    const requestId = randomUUID();
    const outcome = await pooled.worker.ready.then(
      () => pooled.worker.invoke(queued.event, requestId),
      (error: Error) => ({
        ok: false as const,
        errorType: error.name,
        errorMessage: error.message,
        durationMs: 0,
      }),
    );
    const billed = Math.ceil(outcome.durationMs);
    stats.invocations += 1;
    stats.billedMs += billed;
    if (!outcome.ok) {
      stats.errors += 1;
      if (!closed) options.onFailure?.(`${model.name} gave no answer: ${reasonOf(outcome)}`);
    }
    const failed = outcome.ok ? '' : ` Status: error Error Type: ${outcome.errorType}`;
    writeLog(
      model,
      `REPORT RequestId: ${requestId} Duration: ${outcome.durationMs.toFixed(2)} ms Billed Duration: ${billed} ms Memory Size: ${model.memoryMb} MB${failed}`,
    );
    release(state, pooled);
    queued.resolve(
      outcome.ok
        ? { ok: true, payload: outcome.payload }
        : { ok: false, errorType: outcome.errorType, errorMessage: outcome.errorMessage },
    );
  }

  function release(state: FunctionState, pooled: PooledWorker): void {
    pooled.busy = false;
    if (!pooled.worker.alive || closed) {
      state.workers.delete(pooled);
    } else {
      pooled.idleTimer = setTimeout(() => {
        state.workers.delete(pooled);
        void pooled.worker.stop();
      }, idleMs).unref();
    }
    dispatch(state);
  }

  function writeLog(model: FunctionModel, line: string): void {
    logs?.append(model.name, line);
    options.onLog?.({ functionName: model.name, line });
  }
}

/** What the runtime says of a failure. An error of the function's own may quote anything: only its type is told. */
function reasonOf({ errorType, errorMessage }: { errorType: string; errorMessage: string }): string {
  return /^(Sandbox|Runtime)\./.test(errorType) ? `${errorMessage} (${errorType})` : errorType;
}

function ended(): InvokeResult {
  return { ok: false, errorType: 'ServiceException', errorMessage: 'the local deployment is stopping' };
}
