import type { Endpoints } from '../../local/endpoints.ts';

/** The task of the deployment process. */
export interface DeploymentTask {
  directory: string;
}

/** Its messages. */
export type DeploymentMessage =
  | { kind: 'progress'; line: string }
  | { kind: 'ready'; endpoints: Endpoints }
  | { kind: 'failed'; message: string };
