/**
 * The inside of a worker: loads a function's bundle as Lambda's Node runtime does and hands it one event after
 * another. Started by the pool, with the function's own environment and nothing else.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type { InvokeMessage, LoadedFile, WorkerMessage, WorkerSettings } from './protocol.ts';

type Handler = (event: unknown, context: Record<string, unknown>) => unknown;

const startedAt = performance.now();
const environment = process.env;
const { functionArn } = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings;

// A worker ends with the deployment that started it. Ctrl-C reaches the whole process group, so a worker ignores it and the pool decides.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => {});

try {
  const { handler, loaded } = await load();
  process.on('message', (message: InvokeMessage) => void handle(handler, message));
  send({ kind: 'ready', initMs: performance.now() - startedAt, loaded });
} catch (error) {
  send({ kind: 'initError', ...describe(error) });
}

async function load(): Promise<{ handler: Handler; loaded: LoadedFile }> {
  const [, path = '', name = ''] = /^(.*?)\.([^./]+)$/.exec(environment._HANDLER ?? '') ?? [];
  const base = join(environment.LAMBDA_TASK_ROOT ?? '', path);
  const file = ['.js', '.mjs', '.cjs'].map((extension) => base + extension).find((one) => existsSync(one));
  if (!file) throw named('Runtime.ImportModuleError', `Cannot find module '${path}' in the asset`);
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const module = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  const handler = module[name] ?? (module.default as Record<string, unknown> | undefined)?.[name];
  if (typeof handler !== 'function') {
    throw named('Runtime.HandlerNotFound', `${environment._HANDLER} is undefined or not exported`);
  }
  if (handler.length >= 3) {
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24',
    );
  }
  return { handler: handler as Handler, loaded: { file, sha256 } };
}

async function handle(handler: Handler, message: InvokeMessage): Promise<void> {
  const { requestId } = message;
  const begun = performance.now();
  try {
    const result = await handler(JSON.parse(message.event), context(message));
    const payload = serialize(result);
    send({ kind: 'result', requestId, durationMs: performance.now() - begun, payload });
  } catch (error) {
    console.error(error);
    send({ kind: 'error', requestId, durationMs: performance.now() - begun, ...describe(error) });
  }
}

/** The context object of Lambda's Node runtime. */
function context({ requestId, deadlineMs }: InvokeMessage): Record<string, unknown> {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
    invokedFunctionArn: functionArn,
    logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
    memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  };
}

/** Lambda answers `null` for a handler that returns nothing. */
function serialize(result: unknown): string {
  try {
    return JSON.stringify(result === undefined ? null : result) ?? 'null';
  } catch (error) {
    throw named('Runtime.MarshalError', `Unable to stringify response body: ${String(error)}`);
  }
}

function describe(error: unknown): { errorType: string; errorMessage: string } {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}

function named(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

function send(message: WorkerMessage): void {
  // The channel may be closing already. Then nobody waits for this message.
  if (process.connected) process.send?.(message, () => {});
}
