import type { SessionRecord } from '../../lambdas/sessions/stream-session.ts';

/** A player's session that began a minute ago and was seen connected then. @param now epoch milliseconds */
export function sessionRecord(now: number, changes: Partial<SessionRecord> = {}): SessionRecord {
  return {
    playerId: 'player',
    streamGroupId: 'sg-1',
    streamSessionId: 's-1',
    createdAt: now - 60_000,
    connectionTimeoutSeconds: 120,
    sessionLengthSeconds: 3600,
    status: 'CONNECTED',
    statusAt: now - 60_000,
    statusSince: now - 60_000,
    ...changes,
  };
}
