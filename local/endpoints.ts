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
  /** The operator API, where the deployment has one: it takes requests signed with the operator's key. */
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
  /** The process that this is: as long as it lives, the directory is its own. */
  pid: number;
}

const FILE = 'endpoints.json';

export function writeEndpoints(directory: string, endpoints: Endpoints): void {
  mkdirSync(directory, { recursive: true });
  // Keys of an emulator are no secrets worth stealing, but there is no reason either for others to read them.
  writeFileSync(join(directory, FILE), `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
}

/** Says that the deployment is ready no more; that of another process is left alone. */
export function removeEndpoints(directory: string): void {
  if (read(directory)?.pid === process.pid) rmSync(join(directory, FILE), { force: true });
}

/**
 * Makes sure that no other process has its deployment in this directory: a second one would empty it under the first.
 * @throws Error in one sentence saying where that one answers.
 */
export function requireOwnDirectory(directory: string): void {
  const other = read(directory);
  if (other === undefined || other.pid === process.pid || !isAlive(other.pid)) return;
  throw new Error(
    `A local deployment of this checkout is running already: its page is ${other.console}/. Stop that one first.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read(directory: string): Endpoints | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, FILE), 'utf8')) as Endpoints;
  } catch {
    return undefined;
  }
}

/** @throws Error in one sentence when no local deployment is ready. */
export function readEndpoints(directory: string): Endpoints {
  const endpoints = read(directory);
  if (endpoints && isAlive(endpoints.pid)) return endpoints;
  throw new Error('The local deployment is not running. Start it with: npm start');
}
