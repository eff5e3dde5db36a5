import type { Endpoints } from '../../local/endpoints.ts';

/** What the deployment's process is started with. */
export interface DeploymentTask {
  directory: string;
  basePort: number;
  /** Where the functions find the table and AWS: behind what fails. */
  table: string;
  gameLiftStreams: string;
  /** For tests: a change of the functions' bundles. Each of them that contains `from` gets `to` in its place. */
  plant?: { from: string; to: string };
}

export type DeploymentMessage = { kind: 'ready'; endpoints: Endpoints } | { kind: 'progress'; line: string };
