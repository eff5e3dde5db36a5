/** The task of a fresh process. */
export interface CpuTask {
  /** The bundle that would be deployed. */
  file: string;
  /** Reconnects, one after another. The first is cold. */
  events: readonly object[];
  /** The pause between two of them, in milliseconds. */
  gapMs: number;
}

/** A step's CPU of all threads together, and its duration, in milliseconds. */
export interface StepUsage {
  cpuMs: number;
  wallMs: number;
}

/** Its message. */
export type CpuMessage =
  | { kind: 'measured'; init: StepUsage; reconnects: StepUsage[] }
  | { kind: 'failed'; message: string };
