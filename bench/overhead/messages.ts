/** One call of a reconnect: a table operation such as `UpdateItem`, or the one to GameLift Streams. */
export interface BareCall {
  operation: 'GetItem' | 'UpdateItem' | 'PutItem' | 'Query' | 'CreateStreamSessionConnection';
  /** The command's input. */
  input: Record<string, unknown>;
}

/** The task of the measured process. */
export interface WorkTask {
  /** The bundle that would be deployed, and the one that makes bare calls. */
  rejoin: string;
  bare: string;
}

/** An order to it. */
export type WorkOrder =
  | { kind: 'rejoin'; events: readonly object[] }
  /** The calls of each reconnect, one reconnect after another. */
  | { kind: 'bare'; reconnects: readonly (readonly BareCall[])[] };

/** Its messages. `cpuUs`: CPU of all reconnects of an order together, in microseconds. */
export type WorkMessage =
  | { kind: 'ready' }
  | { kind: 'done'; cpuUs: number }
  | { kind: 'failed'; message: string };
