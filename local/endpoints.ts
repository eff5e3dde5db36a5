import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An AWS access key of this machine's own making. */
export interface AccessKey {
  accessKeyId: string;
  secretAccessKey: string;
}

/** The addresses of a running local deployment. `.local/endpoints.json` exists exactly while it is ready. */
export interface Endpoints {
  api: string;
  /** The operator API, if the deployment has one. It takes requests signed with the operator's key. */
  operatorApi: string | null;
  /** Issuer of the OpenID provider: what a page calls the authority. */
  identity: string;
  /** A page's client there: public, authorization code with PKCE. */
  clientId: string;
  /** The scope that the API requires. A page asks for it together with `openid`. */
  scope: string;
  gameLiftStreams: string;
  console: string;
  /** A script that makes the global `gameliftstreams`: the stand-in for Amazon's Web SDK, or the bundle that `REJOIN_WEB_SDK` names. */
  webSdk: string;
  table: string;
  /** A stream group that works, and an application in it. */
  streamGroupId: string;
  application: string;
  region: string;
  /** What CloudFormation, CloudWatch and CloudWatch Logs would say of this deployment, for whoever signs with the deployer's key. */
  aws: string;
  deployer: AccessKey;
  /** An operator's key. */
  operator: AccessKey;
  /** The key of a publisher's own backend, which starts sessions without the broker. */
  publisher: AccessKey;
  /** The deployment's process. While it lives, the directory belongs to it. */
  pid: number;
}

const FILE = 'endpoints.json';

export function writeEndpoints(directory: string, endpoints: Endpoints): void {
  mkdirSync(directory, { recursive: true });
  // The keys work at the emulator only, but other users of this machine need not read them.
  writeFileSync(join(directory, FILE), `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
}

/** Marks the deployment as not ready any more. Leaves the file of another process alone. */
export function removeEndpoints(directory: string): void {
  if (read(directory)?.pid === process.pid) rmSync(join(directory, FILE), { force: true });
}

/**
 * Makes sure that no other process has its deployment in this directory: a second one would delete the first one's files.
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
