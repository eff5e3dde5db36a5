/** GameLift Streams' `StreamSessionStatus` values. */
export type StreamSessionStatus =
  | 'ACTIVATING'
  | 'ACTIVE'
  | 'CONNECTED'
  | 'PENDING_CLIENT_RECONNECTION'
  | 'RECONNECTING'
  | 'TERMINATING'
  | 'TERMINATED'
  | 'ERROR';

/** A stream session as the player API shows it; times are ISO 8601. */
export interface StreamSession {
  streamGroupId: string;
  streamSessionId: string;
  status: StreamSessionStatus;
  /** Why AWS ended it, in AWS's words, such as `applicationExit`. */
  statusReason?: string;
  location?: string;
  createdAt: string;
  /** How long the session waits for a player who has dropped, from when AWS notices. */
  connectionTimeoutSeconds: number;
  /** When AWS will end it if nothing happens: an upper bound. */
  endsAt?: string;
}

/** What a start asks for, as the player API takes it. */
export interface StartRequest {
  /** May be left out where the stream group has but one application. */
  applicationIdentifier?: string;
  locations?: readonly string[];
  /** Refused unless the deployment allows them. */
  additionalLaunchArgs?: readonly string[];
}

/** Whether AWS brings a session in this status back; it does not. */
export function isOver({ status }: StreamSession): boolean {
  return status === 'TERMINATING' || status === 'TERMINATED' || status === 'ERROR';
}
