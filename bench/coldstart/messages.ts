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

/** The task of a process that is held to a share of a core once it is initialized. */
export interface FirstAnswerTask {
  file: string;
  event: object;
  /** The status of the answer that is measured. */
  status: number;
}

/** What a step took: by the clock, and of the processor in all threads. Milliseconds. */
export interface Spent {
  wallMs: number;
  cpuMs: number;
}

/** Its messages. After `initialized` it waits for any message, then answers. */
export type FirstAnswerMessage =
  | { kind: 'initialized' }
  | { kind: 'answered'; init: Spent; answer: Spent }
  | { kind: 'failed'; message: string };
