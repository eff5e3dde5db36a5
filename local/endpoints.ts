import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An AWS access key of this machine's own making. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** Where a running local deployment answers. `.local/endpoints.json` is there exactly while it is ready. */
export interface Endpoints {
  api: string;
  /** The operator API, where the deployment has one. */
  operatorApi: string | null;
  identity: string;
  gameLiftStreams: string;
  console: string;
  table: string;
  /** A stream group that works, and an application in it. */
  streamGroupId: string;
  application: string;
  region: string;
  /** An operator's key. */
  operator: AccessKey;
  /** The key of a publisher's own backend, which starts sessions without the broker. */
  publisher: AccessKey;
}

const FILE = 'endpoints.json';

export function writeEndpoints(directory: string, endpoints: Endpoints): void {
  mkdirSync(directory, { recursive: true });
  // Keys of an emulator are no secrets worth stealing, but there is no reason either for others to read them.
  writeFileSync(join(directory, FILE), `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
}

export function removeEndpoints(directory: string): void {
  rmSync(join(directory, FILE), { force: true });
}

/** @throws Error in one sentence when no local deployment is ready. */
export function readEndpoints(directory: string): Endpoints {
  try {
    return JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as Endpoints;
  } catch {
    throw new Error('The local deployment is not running. Start it with: npm start');
  }
}
