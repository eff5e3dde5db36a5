import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { EXIT, Failure } from '../cli/failure.ts';
import type { ShellCredentials } from './api-client.ts';

/** An installed Session Manager plugin of a supported version. */
export interface Plugin {
  path: string;
  version: string;
}

const NAME = 'session-manager-plugin';
/** The oldest version that AWS supports. Source: Session Manager plugin, release history. */
const MIN_VERSION = '1.2.764.0';
/** From this version on the plugin connects to AWS's own endpoints only. Source: its release notes. */
const AWS_ONLY_VERSION = '1.2.889.0';
const INSTALL_PAGE =
  'https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html';
/** The installers' folders, which are not always on the PATH. */
const INSTALL_FOLDERS = [
  '/usr/local/sessionmanagerplugin/bin',
  'C:\\Program Files\\Amazon\\SessionManagerPlugin\\bin',
];

/** Compares two versions, both dotted numbers. */
export function isAtLeast(version: string, minimum: string): boolean {
  const [a, b] = [version, minimum].map((text) => text.split('.').map(Number));
  for (let part = 0; part < Math.max(a?.length ?? 0, b?.length ?? 0); part += 1) {
    const difference = (a?.[part] ?? 0) - (b?.[part] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function findPlugin(given: string | undefined): string | undefined {
  if (given !== undefined) return existsSync(given) ? given : undefined;
  const names = process.platform === 'win32' ? [`${NAME}.exe`] : [NAME];
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...INSTALL_FOLDERS];
  return folders
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

/**
 * Finds the plugin. Call this before a shell is requested: only the plugin can use one.
 * @param given a path from the command line
 * @throws Failure in one line that says where to get the plugin
 */
export async function requirePlugin(given: string | undefined, isLocal: boolean): Promise<Plugin> {
  const refuse = (what: string) =>
    new Failure(`${what}: get version ${MIN_VERSION} or later at ${INSTALL_PAGE}`, EXIT.plugin);
  const path = findPlugin(given);
  if (path === undefined) {
    throw refuse(given === undefined ? `${NAME} is not installed` : `There is no ${given}`);
  }
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 }).catch((error) => {
    throw new Failure(`${path} cannot be run (${(error as Error).message.split('\n')[0]}).`, EXIT.plugin, {
      cause: error,
    });
  });
  const version = stdout.trim();
  if (!/^\d+(\.\d+){1,3}$/.test(version)) throw refuse(`${path} does not print its version`);
  if (!isAtLeast(version, MIN_VERSION)) throw refuse(`${path} ${version} is too old`);
  if (isLocal && isAtLeast(version, AWS_ONLY_VERSION)) {
    throw new Failure(
      `${path} ${version} connects to AWS only, like all versions from ${AWS_ONLY_VERSION} on: for the local deployment, pass an older one with --plugin, ${MIN_VERSION} or later.`,
      EXIT.plugin,
    );
  }
  return { path, version };
}

/** The plugin reads AWS's response from the environment, from a variable whose name begins with this. Source: its session.go. */
const VARIABLE = 'AWS_SSM_START_SESSION_RESPONSE';

/** The Region in a host such as ssmmessages.us-west-2.amazonaws.com. */
const HOST_REGION = /\.([a-z]{2}(?:-[a-z]+)+-\d+)\./;

/**
 * How to call the plugin: the secrets are in its environment, never in its command line. The command line has the shell's id, as
 * the AWS CLI puts it there, so that the plugin can resume the session. The id alone opens nothing.
 * @param fallbackRegion counts if the stream's address names no Region; the operator API's Region may be another
 */
export function pluginCall(
  credentials: ShellCredentials,
  { fallbackRegion, profile }: { fallbackRegion: string; profile: string | undefined },
): { args: string[]; environment: Record<string, string> } {
  const { sessionId, streamUrl, tokenValue } = credentials;
  const { hostname, host, protocol } = new URL(streamUrl);
  const region = HOST_REGION.exec(hostname)?.[1] ?? fallbackRegion;
  // The plugin resumes the session here when its connection drops. AWS's streams are encrypted. A stream without encryption is
  // the local emulator's, and its key must not be sent to AWS.
  const endpoint = protocol === 'ws:' ? `http://${host}` : `https://ssm.${region}.api.aws`;
  return {
    args: [VARIABLE, region, 'StartSession', profile ?? '', JSON.stringify({ Target: sessionId }), endpoint],
    environment: {
      [VARIABLE]: JSON.stringify({ SessionId: sessionId, StreamUrl: streamUrl, TokenValue: tokenValue }),
    },
  };
}
