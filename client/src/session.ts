import { compact, membersOf } from './compact.ts';

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
  /** Seconds that a player has to reconnect, counted from the time when AWS notices the loss. */
  connectionTimeoutSeconds: number;
  /** The latest time at which AWS will end it, as far as the API knows. */
  endsAt?: string;
}

/** The body of a start, without the offer. */
export interface StartRequest {
  /** May be left out if the stream group has only one application. */
  applicationIdentifier?: string | undefined;
  locations?: readonly string[] | undefined;
  /** Refused unless the deployment allows them. */
  additionalLaunchArgs?: readonly string[] | undefined;
  /** The size of the picture in pixels: one of those that the deployment lists. */
  displayConfiguration?: { resolution: { width: number; height: number } } | undefined;
}

/** Whether a session in this status is over: AWS never brings it back. */
export function isOver({ status }: StreamSession): boolean {
  return ['TERMINATING', 'TERMINATED', 'ERROR'].includes(status);
}

/** Whether AWS accepts a connection to a session in this status, or refuses it for good. */
export function isReconnectable(status: StreamSessionStatus): boolean {
  return !['CONNECTED', 'RECONNECTING', 'ACTIVATING'].includes(status);
}

/** The answer to start, status and reconnect. */
export interface SessionAnswer {
  streamSession: StreamSession;
  signalResponse?: string;
  connectionId?: string;
}

/** An answer that grants a connection. */
export interface GrantedAnswer extends SessionAnswer {
  connectionId: string;
}

/** Whether this has all the members of a session that the client reads. */
export function isSession(value: unknown): value is StreamSession {
  const { connectionTimeoutSeconds, streamGroupId, streamSessionId, status } = membersOf(value);
  return Number.isFinite(connectionTimeoutSeconds) && [streamGroupId, streamSessionId, status].every(textOf);
}

/** Reads an answer to start, status or reconnect; undefined where it is something else. */
export function readSession(body: unknown): SessionAnswer | undefined {
  const { streamSession, signalResponse, connectionId } = membersOf(body);
  if (!isSession(streamSession)) return undefined;
  return compact({
    streamSession,
    signalResponse: textOf(signalResponse),
    connectionId: textOf(connectionId),
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Reads an answer that must name a connection. */
export function readGranted(body: unknown): GrantedAnswer | undefined {
  const answer = readSession(body);
  return answer?.connectionId ? { ...answer, connectionId: answer.connectionId } : undefined;
}

/** Reads the list of a player's sessions; undefined where it is something else. */
export function readSessions(body: unknown): StreamSession[] | undefined {
  const { streamSessions } = membersOf(body);
  return Array.isArray(streamSessions) && streamSessions.every(isSession) ? streamSessions : undefined;
}
