import type { Endpoints } from '../../local/endpoints.ts';

/** What the deployment process is started with. */
export interface DeploymentTask {
  directory: string;
}

/** What it says. */
export type DeploymentMessage =
  | { kind: 'progress'; line: string }
  | { kind: 'ready'; endpoints: Endpoints }
  | { kind: 'failed'; message: string };
