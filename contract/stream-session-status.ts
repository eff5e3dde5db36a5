/** GameLift Streams' `StreamSessionStatus` values (API reference). */
export const STREAM_SESSION_STATUSES = [
  'ACTIVATING',
  'ACTIVE',
  'CONNECTED',
  'ERROR',
  'PENDING_CLIENT_RECONNECTION',
  'RECONNECTING',
  'TERMINATED',
  'TERMINATING',
] as const;

export type StreamSessionStatus = (typeof STREAM_SESSION_STATUSES)[number];
