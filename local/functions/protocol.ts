/** A message from the pool to a worker: one event at a time. */
export interface InvokeMessage {
  kind: 'invoke';
  requestId: string;
  /** The event as JSON. */
  event: string;
  /** When the function times out, in milliseconds since the epoch. */
  deadlineMs: number;
}

/** What every invocation's context needs and the worker's environment does not hold. */
export interface WorkerSettings {
  functionArn: string;
}

/** A message from a worker to the pool. */
export type WorkerMessage =
  | { kind: 'ready'; initMs: number; loaded: LoadedFile }
  | { kind: 'initError'; errorType: string; errorMessage: string }
  | { kind: 'result'; requestId: string; durationMs: number; payload: string }
  | { kind: 'error'; requestId: string; durationMs: number; errorType: string; errorMessage: string };

/** The file a worker imported, and the digest of the very bytes. */
export interface LoadedFile {
  file: string;
  /** Lower-case hexadecimal. */
  sha256: string;
}
