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
  /** The file the function's newest worker imported and its digest; undefined before the first start. */
  executed(logicalId: string): LoadedFile | undefined;
  /** Ends every worker; invocations still under way end as errors. */
  close(): Promise<void>;
}

interface Slot {
  worker: Worker;
  busy: boolean;
  idleTimer?: NodeJS.Timeout;
}

interface Waiting {
  event: unknown;
  resolve: (result: InvokeResult) => void;
}

interface FunctionState {
  model: FunctionModel;
  slots: Set<Slot>;
  queue: Waiting[];
  stats: FunctionStats;
  executed?: LoadedFile;
}

/**
 * A pool of workers for the functions of a deployment. A worker starts when an event finds none free, is used
 * again, and is stopped after `idleMs` without work. What exceeds the cap waits its turn.
 * @param options.environmentFor endpoints and credentials to add to a function's environment
 * @param options.maxWorkersPerFunction the cap; a smaller reserved concurrency in the template counts before it
 * @param options.initTimeoutMs how long a bundle may take to load, in milliseconds; default: as long as in Lambda
 * @param options.logDirectory where each function's output goes, one file a function; default: nowhere
 */
export function createFunctionPool(options: {
  functions: readonly FunctionModel[];
  environmentFor: (fn: FunctionModel) => Record<string, string>;
  maxWorkersPerFunction?: number;
  idleMs?: number;
  initTimeoutMs?: number;
  logDirectory?: string;
  onLog?: (entry: { functionName: string; line: string }) => void;
}): FunctionPool {
  const { maxWorkersPerFunction = 8, idleMs = 120_000, initTimeoutMs = INIT_TIMEOUT_MS } = options;
  const logs = options.logDirectory === undefined ? undefined : openLogFiles(options.logDirectory);
  let closed = false;
  const states = new Map<string, FunctionState>(
    options.functions.map((model) => [
      model.logicalId,
      {
        model,
        slots: new Set(),
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
      const busy = [...stateOf(logicalId).slots].filter((slot) => slot.busy);
      for (const slot of busy) void slot.worker.stop('SIGKILL');
      return busy.length;
    },
    stats: () => Object.fromEntries([...states].map(([logicalId, state]) => [logicalId, { ...state.stats }])),
    executed: (logicalId) => stateOf(logicalId).executed,
    async close() {
      closed = true;
      const stopping: Promise<void>[] = [];
      for (const state of states.values()) {
        for (const { resolve } of state.queue.splice(0)) resolve(ended());
        for (const slot of state.slots) {
          clearTimeout(slot.idleTimer);
          stopping.push(slot.worker.stop());
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

  /** Gives waiting events to free workers, starting workers up to the cap. */
  function dispatch(state: FunctionState): void {
    const cap = Math.min(maxWorkersPerFunction, state.model.reservedConcurrency ?? maxWorkersPerFunction);
    while (state.queue.length > 0) {
      const idle = freeSlot(state);
      if (!idle && state.slots.size >= cap) return;
      const waiting = state.queue.shift();
      if (!waiting) return;
      const slot = idle ?? startSlot(state);
      slot.busy = true;
      clearTimeout(slot.idleTimer);
      void serve(state, slot, waiting);
    }
  }

  /** A worker without work; one that ended meanwhile, by a crash after its answer, is forgotten. */
  function freeSlot(state: FunctionState): Slot | undefined {
    for (const slot of state.slots) {
      if (slot.busy) continue;
      if (slot.worker.alive) return slot;
      clearTimeout(slot.idleTimer);
      state.slots.delete(slot);
    }
    return undefined;
  }

  function startSlot(state: FunctionState): Slot {
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
    const slot: Slot = { worker, busy: true };
    state.slots.add(slot);
    return slot;
  }

  async function serve(state: FunctionState, slot: Slot, waiting: Waiting): Promise<void> {
    const { model, stats } = state;
    const requestId = randomUUID();
    const outcome = await slot.worker.ready.then(
      () => slot.worker.invoke(waiting.event, requestId),
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
    if (!outcome.ok) stats.errors += 1;
    const failed = outcome.ok ? '' : ` Status: error Error Type: ${outcome.errorType}`;
    writeLog(
      model,
      `REPORT RequestId: ${requestId} Duration: ${outcome.durationMs.toFixed(2)} ms Billed Duration: ${billed} ms Memory Size: ${model.memoryMb} MB${failed}`,
    );
    release(state, slot);
    waiting.resolve(
      outcome.ok
        ? { ok: true, payload: outcome.payload }
        : { ok: false, errorType: outcome.errorType, errorMessage: outcome.errorMessage },
    );
  }

  function release(state: FunctionState, slot: Slot): void {
    slot.busy = false;
    if (!slot.worker.alive || closed) {
      state.slots.delete(slot);
    } else {
      slot.idleTimer = setTimeout(() => {
        state.slots.delete(slot);
        void slot.worker.stop();
      }, idleMs).unref();
    }
    dispatch(state);
  }

  function writeLog(model: FunctionModel, line: string): void {
    logs?.append(model.name, line);
    options.onLog?.({ functionName: model.name, line });
  }
}

function ended(): InvokeResult {
  return { ok: false, errorType: 'ServiceException', errorMessage: 'the local deployment is stopping' };
}
