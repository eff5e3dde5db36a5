import type { Endpoints } from '../../local/endpoints.ts';
import type { Outcome, Phase } from './crowd.ts';
import type { Policy } from './policies.ts';
import type { StormOptions, StormResult } from './simulate-storm.ts';

/** The task of a deployment process. */
export interface DeploymentTask {
  directory: string;
  quota: number;
  notice: number;
  itemWrites?: number;
}

/** What all functions of a deployment have done so far. */
export interface FunctionWork {
  billedMs: number;
  coldStarts: number;
}

/** A deployment process's messages. */
export type DeploymentMessage =
  | { kind: 'progress'; line: string }
  | { kind: 'ready'; endpoints: Endpoints }
  | ({ kind: 'stats' } & FunctionWork)
  | { kind: 'failed'; message: string };

/** A request to it. */
export type DeploymentRequest = { kind: 'stats' };

/** The task of a crowd process. */
export interface CrowdTask {
  policy: Policy;
  players: number;
  quota: number;
  notice: number;
  endpoints: Endpoints;
}

/** A crowd process's messages. */
export type CrowdMessage =
  | { kind: 'progress'; phase: Phase; done: number; elapsedMs: number }
  /** Every stream is cut; the players wait for `go`. */
  | { kind: 'cut' }
  | { kind: 'done'; outcomes: Outcome[] }
  | { kind: 'failed'; message: string };

/** An order to it. */
export type CrowdOrder = { kind: 'go' };

/** An order to a simulation process: run a storm once for each seed. */
export interface SimulationOrder {
  kind: 'run';
  options: Partial<StormOptions>;
  seeds: readonly number[];
}

/** Its messages. */
export type SimulationMessage =
  /** The storm has reached this second. */
  | { kind: 'progress'; second: number }
  /** The worst of the seeds. */
  | { kind: 'result'; result: StormResult; tookSeconds: number }
  | { kind: 'failed'; message: string };
