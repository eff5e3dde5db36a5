import { describe, expect, it } from 'vitest';
import {
  finalStatus,
  recordAt,
  type SessionRecord,
  statusChanges,
  streamSessionView,
} from '../../../lambdas/sessions/stream-session.ts';

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

describe('a session that its player is shown', () => {
  it('has its location and the reason of its end where they are known, and nothing of the record beside', () => {
    const ended = record({ status: 'ERROR', statusReason: 'internalError', location: 'eu-central-1' });
    expect(streamSessionView({ ...ended, startResponse: 'answer', usedOffers: [] })).toEqual({
      streamGroupId: 'sg-1',
      streamSessionId: 's',
      status: 'ERROR',
      statusReason: 'internalError',
      location: 'eu-central-1',
      createdAt: '2027-01-15T08:00:00.000Z',
      connectionTimeoutSeconds: 120,
    });
    expect(Object.keys(streamSessionView(record({})))).not.toContain('location');
    expect(Object.keys(streamSessionView(record({})))).not.toContain('statusReason');
  });
});

describe('a status that was seen at AWS', () => {
  const AT = START + 60_000;

  it('takes the place of the one before, with its own reason: that of the old one goes', () => {
    expect(statusChanges('ACTIVE', { status: 'CONNECTED' }, AT)).toEqual({
      status: 'CONNECTED',
      statusAt: AT,
      statusReason: null,
      statusSince: AT,
    });
    const ended = { status: 'TERMINATED', statusReason: 'idleTimeout', location: 'eu-west-1' } as const;
    expect(statusChanges(undefined, ended, AT)).toEqual({ ...ended, statusAt: AT, statusSince: AT });
  });

  it('that is seen again does not begin anew: a waiting session would never end', () => {
    expect(statusChanges('ACTIVE', { status: 'ACTIVE' }, AT)).not.toHaveProperty('statusSince');
  });

  it('says when AWS noticed a loss, for the status of a loss alone', () => {
    const seen = { lastUpdatedAt: AT - 5000 };
    expect(statusChanges('CONNECTED', { ...seen, status: 'PENDING_CLIENT_RECONNECTION' }, AT)).toMatchObject({
      noticedAt: AT - 5000,
    });
    expect(statusChanges('CONNECTED', { ...seen, status: 'ACTIVE' }, AT)).not.toHaveProperty('noticedAt');
    expect(statusChanges('CONNECTED', { status: 'PENDING_CLIENT_RECONNECTION' }, AT)).not.toHaveProperty(
      'noticedAt',
    );
  });
});

describe('a session whose length is over', () => {
  const LAST = START + 3_600_000 + 60_000;

  it('has ended a minute after it, whatever was last seen of it, and not a millisecond earlier', () => {
    const lost = record({ status: 'CONNECTED' });
    expect(recordAt(lost, LAST)).toBe(lost);
    expect(recordAt(lost, LAST + 1)).toMatchObject({
      status: 'TERMINATED',
      statusReason: 'maxSessionLengthTimeout',
    });
  });

  it('keeps the reason that AWS gave for its end', () => {
    const ended = record({ status: 'TERMINATED', statusReason: 'applicationExit' });
    expect(recordAt(ended, LAST + 1)).toBe(ended);
  });
});

describe('a session that is known to be over', () => {
  it('stays over, whatever status a slower function writes, and shows no reason of that status', () => {
    const written = record({ status: 'CONNECTED', statusReason: 'stale', endedAt: START });
    expect(finalStatus(written)).toMatchObject({ status: 'TERMINATING' });
    expect(finalStatus(written)).not.toHaveProperty('statusReason');
  });

  it('keeps the status of its end', () => {
    const ended = record({ status: 'TERMINATED', statusReason: 'idleTimeout', endedAt: START });
    expect(finalStatus(ended)).toBe(ended);
    const live = record({ status: 'ACTIVE' });
    expect(finalStatus(live)).toBe(live);
  });
});
