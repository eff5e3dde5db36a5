/** What a fresh process is started with. */
export interface ProbeTask {
  file: string;
  /** What the handler is to answer; absent: it is imported only. */
  event?: object;
}

/** What it says, in milliseconds; the first call's time counts from the beginning of the import. */
export type ProbeMessage =
  | { kind: 'imported'; importMs: number }
  | { kind: 'answered'; importMs: number; firstCallMs: number }
  | { kind: 'failed'; message: string };
