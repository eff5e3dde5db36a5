/** What a fresh process is started with. */
export interface CpuTask {
  /** The bundle that would be deployed. */
  file: string;
  /** Reconnects, one after another. The first finds nothing ready. */
  events: readonly object[];
  /** Between two of them, milliseconds. */
  gapMs: number;
}

/** CPU of a step, all threads together, and how long it took; milliseconds. */
export interface StepUsage {
  cpuMs: number;
  wallMs: number;
}

/** What it says. */
export type CpuMessage =
  | { kind: 'measured'; init: StepUsage; reconnects: StepUsage[] }
  | { kind: 'failed'; message: string };
