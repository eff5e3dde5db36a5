import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';

/** Whether a session in this status is over, or about to be: AWS brings none of these back. */
export function isOver(status: StreamSessionStatus): boolean {
  return status === 'TERMINATING' || status === 'TERMINATED' || status === 'ERROR';
}

/** Whether AWS takes a new connection in this status (developer guide, "Reconnect to a stream session"). */
export function isReconnectable(status: StreamSessionStatus): boolean {
  return status === 'PENDING_CLIENT_RECONNECTION' || status === 'ACTIVE';
}
