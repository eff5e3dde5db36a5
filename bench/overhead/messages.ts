/** One call of a reconnect: a table operation such as `UpdateItem`, or the one to GameLift Streams. */
export interface BareCall {
  operation: 'GetItem' | 'UpdateItem' | 'PutItem' | 'Query' | 'CreateStreamSessionConnection';
  /** The command's input. */
  input: Record<string, unknown>;
}

/** What the working process is started with. */
export interface WorkTask {
  /** The bundle that would be deployed, and the one that makes bare calls. */
  rejoin: string;
  bare: string;
}

/** What it is told. */
export type WorkOrder =
  | { kind: 'rejoin'; events: readonly object[] }
  /** The calls of one reconnect after those of another. */
  | { kind: 'bare'; reconnects: readonly (readonly BareCall[])[] };

/** What it says. CPU of all reconnects of an order together, microseconds. */
export type WorkMessage =
  | { kind: 'ready' }
  | { kind: 'done'; cpuUs: number }
  | { kind: 'failed'; message: string };
