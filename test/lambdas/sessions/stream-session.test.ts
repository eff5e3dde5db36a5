import { describe, expect, it } from 'vitest';
import { type SessionRecord, streamSessionView } from '../../../lambdas/sessions/stream-session.ts';

const START = Date.parse('2027-01-15T08:00:00Z');

function record(changes: Partial<SessionRecord>): SessionRecord {
  return {
    playerId: 'p',
    streamGroupId: 'sg-1',
    streamSessionId: 's',
    status: 'CONNECTED',
    statusAt: START,
    statusSince: START,
    createdAt: START,
    sessionLengthSeconds: 3600,
    connectionTimeoutSeconds: 120,
    ...changes,
  } as SessionRecord;
}

describe('the end of a session that its player is shown', () => {
  it('is the connection time-out once AWS has noticed the loss', () => {
    const lost = record({ status: 'PENDING_CLIENT_RECONNECTION', statusSince: START + 60_000 });
    expect(streamSessionView(lost).endsAt).toBe('2027-01-15T08:03:00.000Z');
  });

  it('never lies behind a player whose page stopped asking when it was answered: ACTIVE may be long ago', () => {
    for (const status of ['ACTIVE', 'CONNECTED', 'RECONNECTING', 'ACTIVATING'] as const) {
      expect(streamSessionView(record({ status })).endsAt).toBe('2027-01-15T09:00:00.000Z');
    }
  });

  it('is never after the session’s length', () => {
    const late = record({ status: 'PENDING_CLIENT_RECONNECTION', statusSince: START + 3_590_000 });
    expect(streamSessionView(late).endsAt).toBe('2027-01-15T09:00:00.000Z');
  });

  it('is left out where the session is over', () => {
    expect(streamSessionView(record({ status: 'TERMINATED' }))).not.toHaveProperty('endsAt');
  });
});
