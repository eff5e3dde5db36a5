/** What the functions read in `SETTINGS`: the deployment writes it as JSON. */
import type { StartRule } from './start-rules.ts';

/** A stream group that the deployment serves. */
export interface StreamGroup {
  id: string;
  /** The Region whose endpoint is called: the group's primary location. */
  region: string;
  applications: readonly string[];
  /** Locations a player may ask for; empty means the primary location only. */
  locations: readonly string[];
  connectionTimeoutSeconds: number;
  sessionLengthSeconds: number;
  /** How long AWS takes to notice a silent client, where the deployer has measured it. */
  noticeSeconds?: number | undefined;
  /** The role that the group's games get. */
  roleArn?: string | undefined;
}

/** The operations whose quota is paced. The end of a session is not paced: no other player waits for it. */
export type PacedOperation = 'StartStreamSession' | 'GetStreamSession' | 'CreateStreamSessionConnection';

/** How a player is named towards GameLift Streams: by a digest of issuer and subject, or by the subject as it is. */
export type UserIdMode = 'pseudonym' | 'subject';

/** For every function of the player API. */
export interface PlayerSettings {
  streamGroups: readonly StreamGroup[];
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
  edgeSecretSha256?: readonly string[];
  /** Only the function that starts sessions uses them. */
  start?: StartSettings;
}

/** What a start may ask for, besides what its stream group allows. */
export interface StartSettings {
  /** Without rules everybody who is signed in may start, and gets what the stream group has. */
  rules?: readonly StartRule[] | undefined;
  /** The sizes of the picture that a page may choose from, in pixels. */
  resolutions?: readonly Resolution[] | undefined;
  /** Whether AWS sends the client statistics of the game's machine. */
  performanceStats?: boolean | undefined;
}

/** The size of a picture in pixels. */
export interface Resolution {
  width: number;
  height: number;
}

/** For every function of the operator API. */
export interface OperatorSettings {
  streamGroups: readonly Pick<StreamGroup, 'id' | 'region'>[];
  /** The principals that are let in. */
  operators: readonly string[];
  /** Admin shells a minute, and as many of each other use: of one entry of `operators`, and of all together. */
  adminShell: { perOperatorPerMinute: number; perMinute: number };
  /** The S3 bucket that files are exported to. Without it there is no such function. */
  exportBucket?: string;
  /** After how many days DynamoDB deletes a record of the audit. Without it, none is deleted. */
  auditRetentionDays?: number;
}
