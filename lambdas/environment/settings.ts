import type { UserIdMode } from '../identifiers/player-id.ts';
import type { StartRule } from '../start-rules/rules.ts';

/** A stream group that the deployment serves. */
export interface StreamGroup {
  id: string;
  /** The Region whose endpoint is called: the group's primary location. */
  region: string;
  applications: string[];
  /** Locations a player may ask for; empty means the primary location only. */
  locations: string[];
  connectionTimeoutSeconds: number;
  sessionLengthSeconds: number;
  /** How long AWS takes to notice a silent client, where the deployer has measured it. */
  noticeSeconds?: number;
  /** The role that the group's games get. */
  roleArn?: string;
}

/** The operations whose quota is paced. Ending a session is not: it takes nobody's place. */
export type PacedOperation = 'StartStreamSession' | 'GetStreamSession' | 'CreateStreamSessionConnection';

/** What `cdk deploy` hands the functions in `SETTINGS`. */
export interface Settings {
  streamGroups: StreamGroup[];
  userId: UserIdMode;
  launchArguments: boolean;
  limits: {
    maxLiveSessionsPerPlayer: number;
    connectionsPerMinute: number;
    startsPerMinute: number;
    missesPerMinute: number;
    signalRequestBytes: number;
  };
  /** AWS's quotas, calls a second for the account and Region. */
  quotas: Record<PacedOperation, number>;
  adoption: { enabled: boolean; quotaShare: number };
  /** SHA-256 digests of what the proxy in front of the API adds to each request, in hexadecimal; absent: there is none. */
  edgeSecretSha256?: string[];
  /** Only the function that starts sessions uses them. */
  start?: StartSettings;
}

/** What a start may ask for, besides what its stream group allows. */
export interface StartSettings {
  /** Without rules everybody who is signed in may start, and gets what the stream group has. */
  rules?: StartRule[];
  /** The sizes of the picture that a page may choose from, in pixels. */
  resolutions?: Resolution[];
  /** Whether AWS sends the client statistics of the game's machine. */
  performanceStats?: boolean;
}

/** The size of a picture in pixels. */
export interface Resolution {
  width: number;
  height: number;
}

/**
 * An environment variable the function can't do without.
 * @throws Error naming it, at the function's start, so that a bad deployment fails at once.
 */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`Environment variable ${name} is not set`);
  return value;
}

/** An environment variable that a function can do without. */
export function optionalEnv(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** The deployment's settings. Validated when the deployment was synthesized, so only parsed here. */
export function readSettings(): Settings {
  return JSON.parse(requireEnv('SETTINGS')) as Settings;
}

/** The Region of a configured stream group. */
export function regionOf(
  settings: { streamGroups: readonly { id: string; region: string }[] },
  streamGroupId: string,
): string {
  const group = settings.streamGroups.find(({ id }) => id === streamGroupId);
  if (!group) throw new Error(`Stream group ${streamGroupId} is not in the settings`);
  return group.region;
}
