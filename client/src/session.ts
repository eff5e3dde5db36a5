import { compact, membersOf } from './compact.ts';
import type { StreamSession, StreamSessionStatus } from './contract.ts';

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
