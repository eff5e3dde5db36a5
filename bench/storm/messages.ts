import type { Endpoints } from '../../local/endpoints.ts';
import type { Outcome, Phase } from './crowd.ts';
import type { Policy } from './policies.ts';
import type { StormOptions, StormResult } from './simulate-storm.ts';

/** What a deployment process is started with. */
export interface DeploymentTask {
  directory: string;
  quota: number;
  notice: number;
  itemWrites?: number;
}

/** What a deployment process says. */
export type DeploymentMessage =
  | { kind: 'progress'; line: string }
  | { kind: 'ready'; endpoints: Endpoints }
  /** Milliseconds that the functions have been billed so far, and how often they ran. */
  | { kind: 'stats'; billedMs: number; invocations: number }
  | { kind: 'failed'; message: string };

/** What it is asked. */
export type DeploymentRequest = { kind: 'stats' };

/** What a crowd process is started with. */
export interface CrowdTask {
  policy: Policy;
  players: number;
  quota: number;
  notice: number;
  endpoints: Endpoints;
}

/** What a crowd process says. */
export type CrowdMessage =
  | { kind: 'progress'; phase: Phase; done: number; elapsedMs: number }
  /** Every stream is cut; the players wait for `go`. */
  | { kind: 'cut' }
  | { kind: 'done'; outcomes: Outcome[] }
  | { kind: 'failed'; message: string };

/** What it is told. */
export type CrowdOrder = { kind: 'go' };

/** What a process of the simulation is told: a storm to run, once a seed. */
export interface SimulationOrder {
  kind: 'run';
  options: Partial<StormOptions>;
  seeds: readonly number[];
}

/** What it says. */
export type SimulationMessage =
  /** The storm has come to this second. */
  | { kind: 'progress'; second: number }
  /** The worst of the seeds. */
  | { kind: 'result'; result: StormResult; tookSeconds: number }
  | { kind: 'failed'; message: string };
