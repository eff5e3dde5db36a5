/** The task of a fresh process. */
export interface ProbeTask {
  file: string;
  /** The event that the handler answers; absent: the handler is only imported. */
  event?: object;
}

/** Its message, times in milliseconds. The first call's time counts from the start of the import. */
export type ProbeMessage =
  | { kind: 'imported'; importMs: number }
  | { kind: 'answered'; importMs: number; firstCallMs: number }
  | { kind: 'failed'; message: string };
