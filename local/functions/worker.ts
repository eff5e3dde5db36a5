import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { FunctionModel } from '../template/model.ts';
import type { InvokeMessage, LoadedFile, WorkerMessage, WorkerSettings } from './protocol.ts';

const runtimeFile = fileURLToPath(new URL('./runtime.ts', import.meta.url));

/** Lambda gives a function this long to load before it counts as failed (on-demand functions). */
export const INIT_TIMEOUT_MS = 10_000;
/** The same where one machine runs everything, and may be busy: Lambda gives each function a core of its own to load. */
export const SHARED_MACHINE_INIT_TIMEOUT_MS = 60_000;

/** A synchronous invocation's answer may not be larger (Lambda quotas: 6 MB). */
const maxPayloadBytes = 6_291_556;

/** How an invocation ended. The worker measures `durationMs`; for a worker that died the pool does. */
type Outcome =
  | { ok: true; payload: string; durationMs: number }
  | { ok: false; errorType: string; errorMessage: string; durationMs: number };

/** One execution environment: a process that loads the function once and serves one event at a time. */
export interface Worker {
  /** Resolves when the bundle is loaded; rejects with the reason it could not be. */
  ready: Promise<{ initMs: number; loaded: LoadedFile }>;
  /** Serves one event. Never rejects. If the process has ended, `alive` is false afterwards. */
  invoke(event: unknown, requestId: string): Promise<Outcome>;
  readonly alive: boolean;
  /** Ends the process and resolves once it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a worker.
 * @param onLine receives each line the function writes to stdout or stderr
 * @param initTimeoutMs how long the bundle may take to load, in milliseconds
 */
export function startWorker(
  fn: FunctionModel,
  environment: Record<string, string>,
  onLine: (line: string) => void,
  initTimeoutMs: number = INIT_TIMEOUT_MS,
): Worker {
  const settings: WorkerSettings = { functionArn: fn.alias?.arn ?? fn.arn };
  const child: ChildProcess = fork(runtimeFile, [JSON.stringify(settings)], {
    cwd: fn.assetDirectory,
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', onLine);
  }
  let alive = true;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => {
      resolve(signal ? `signal: ${signal.replace('SIG', '').toLowerCase()}` : `exit status ${code}`);
    });
  }).then((how) => {
    alive = false;
    return how;
  });

  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    alive = false;
    child.kill(signal);
    await exited;
  };

  return {
    ready: initialize(),
    invoke,
    get alive() {
      return alive;
    },
    stop,
  };

  async function initialize(): Promise<{ initMs: number; loaded: LoadedFile }> {
    const message = await nextMessage(initTimeoutMs, () => true);
    if (typeof message !== 'string' && message.kind === 'ready') return message;
    await stop();
    if (message === 'timeout') {
      const seconds = initTimeoutMs / 1000;
      throw failure('Sandbox.Timedout', `Initialization timed out after ${seconds} seconds`);
    }
    if (typeof message === 'string')
      throw failure('Runtime.ExitError', `Runtime exited with error: ${message}`);
    if (message.kind === 'initError') throw failure(message.errorType, message.errorMessage);
    throw failure('Runtime.InvalidMessage', `unexpected ${message.kind} during initialization`);
  }

  async function invoke(event: unknown, requestId: string = randomUUID()): Promise<Outcome> {
    const begun = performance.now();
    const timeoutMs = fn.timeoutSeconds * 1000;
    const invocation: InvokeMessage = {
      kind: 'invoke',
      requestId,
      event: JSON.stringify(event),
      deadlineMs: Date.now() + timeoutMs,
    };
    const answer = nextMessage(
      timeoutMs,
      (message) => 'requestId' in message && message.requestId === requestId,
    );
    child.send(invocation, () => {});
    const message = await answer;
    if (message === 'timeout') {
      await stop();
      return {
        ok: false,
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${fn.timeoutSeconds.toFixed(2)} seconds`,
        durationMs: timeoutMs,
      };
    }
    if (typeof message === 'string') {
      return {
        ok: false,
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: ${message}`,
        durationMs: performance.now() - begun,
      };
    }
    if (message.kind === 'result') return checkedSize(message);
    const { errorType, errorMessage, durationMs } = message as WorkerMessage & { kind: 'error' };
    return { ok: false, errorType, errorMessage, durationMs };
  }

  /** The next matching message, 'timeout', or how the process ended. */
  function nextMessage(
    timeoutMs: number,
    matches: (message: WorkerMessage) => boolean,
  ): Promise<WorkerMessage | 'timeout' | string> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle('timeout'), timeoutMs);
      const onMessage = (message: unknown) => {
        if (matches(message as WorkerMessage)) settle(message as WorkerMessage);
      };
      const settle = (value: WorkerMessage | string) => {
        clearTimeout(timer);
        child.off('message', onMessage);
        resolve(value);
      };
      child.on('message', onMessage);
      void exited.then(settle);
    });
  }
}

function checkedSize(message: WorkerMessage & { kind: 'result' }): Outcome {
  const { payload, durationMs } = message;
  const bytes = Buffer.byteLength(payload);
  if (bytes <= maxPayloadBytes) return { ok: true, payload, durationMs };
  return {
    ok: false,
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size (${bytes} bytes) exceeded maximum allowed payload size (${maxPayloadBytes} bytes).`,
    durationMs,
  };
}

function failure(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}
