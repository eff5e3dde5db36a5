/** What the functions read in `SETTINGS`: the deployment writes it as JSON. */
import type { StartRule } from './start-rules.ts';

/** A stream group that the deployment serves. */
export interface StreamGroup {
  id: string;
  /** The Region whose endpoint is called: the group's primary location. */
  region: string;
  applications: readonly string[];
  /** The locations that a player may choose. If empty, the primary location only. */
  locations: readonly string[];
  connectionTimeoutSeconds: number;
  sessionLengthSeconds: number;
  /** Seconds until AWS notices a silent client, if the deployer has measured them. */
  noticeSeconds?: number | undefined;
  /** The role that the group's games get. */
  roleArn?: string | undefined;
}

/** The operations whose quota Rejoin paces. Ending a session is not paced, since no other player waits for it. */
export type PacedOperation = 'StartStreamSession' | 'GetStreamSession' | 'CreateStreamSessionConnection';

/** What GameLift Streams gets as a player's `UserId`: a digest of issuer and subject, or the subject itself. */
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
  /** SHA-256 digests, in hexadecimal, of the secrets that the proxy in front of the API adds to requests. Absent if there is no proxy. */
  edgeSecretSha256?: readonly string[];
  /** Only the function that starts sessions uses them. */
  start?: StartSettings;
}

/** What a start may ask for, besides what its stream group allows. */
export interface StartSettings {
  /** Without rules, every signed-in player may start, with the stream group's own settings. */
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
  /** The IAM principals that may use the API. */
  operators: readonly string[];
  /** Admin shells per minute, for one entry of `operators` and for all together. Every other recorded use has the same limits. */
  adminShell: { perOperatorPerMinute: number; perMinute: number };
  /** The S3 bucket for exported files. Without it, there is no export function. */
  exportBucket?: string;
  /** DynamoDB deletes an audit record after this many days. Without it, audit records are kept. */
  auditRetentionDays?: number;
}
