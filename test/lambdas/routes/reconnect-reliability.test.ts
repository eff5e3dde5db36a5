import { describe, expect, it } from 'vitest';
import { connectionClientToken, connectionIdOf } from '../../../lambdas/identifiers/digests.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { ANSWER_KEPT_MS } from '../../../lambdas/routes/reconnect/dependencies.ts';
import {
  certainLoss,
  countUnstableConnection,
  episodeAfter,
  noticeTimeOf,
  unstableConnectionOf,
} from '../../../lambdas/routes/reconnect/reliability.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { ownSession, reconnectWith, sharedTable } from '../broker.ts';
import { sessionRecord } from '../session-record.ts';

const real = sharedTable();
const NOW = 1_800_000_000_000;

const record = (changes: Partial<SessionRecord> = {}) => sessionRecord(NOW, changes);

const LOSS = { request: 'mark-1', lostAt: NOW - 4000 };
const ticket = { at: NOW + 5000, since: NOW - 1000 };
const episode = { since: NOW - 3000, until: NOW + 1000 };

describe('what a refusal leaves in the record', () => {
  const paced = new Problem('paced', 'Wait.', { retryAfterMs: 5000 });
  const gone = new Problem('upstream_unavailable', 'AWS does not answer.', { retryAfterMs: 1000 });

  it('is an episode, so that the player counts once however often the request is repeated', () => {
    const { changes, sliOutcome } = episodeAfter(gone, record(), LOSS, NOW);
    expect(sliOutcome).toBe('failure');
    expect(changes.failureEpisode).toMatchObject({ since: NOW, counted: NOW, request: 'mark-1' });
    const again = episodeAfter(gone, { ...record(), ...changes } as SessionRecord, LOSS, NOW + 1000);
    expect(again.sliOutcome).toBe('excluded');
  });

  it('is nothing where the player only waits in the queue: the ticket says the same, in fewer bytes', () => {
    expect(episodeAfter(paced, record({ ticket }), LOSS, NOW)).toEqual({
      changes: {},
      sliOutcome: 'excluded',
    });
    expect(episodeAfter(paced, record(), LOSS, NOW).changes).toEqual({});
  });

  it('is an episode for a player in the queue too, where one is there already', () => {
    const { changes } = episodeAfter(paced, record({ failureEpisode: episode }), LOSS, NOW);
    expect(changes.failureEpisode).toMatchObject({ since: episode.since, until: NOW + 5000 });
  });

  it('begins with the ticket: a player who waited and is refused then was refused since', () => {
    const { changes } = episodeAfter(gone, record({ ticket }), LOSS, NOW);
    expect(changes.failureEpisode?.since).toBe(ticket.since);
  });

  it('is no episode once the session is over, and an earlier one goes', () => {
    const ended = new Problem('stream_session_ended', 'It is over.', { statusReason: 'applicationExit' });
    expect(episodeAfter(ended, record(), LOSS, NOW).changes).toEqual({});
    expect(episodeAfter(ended, record({ failureEpisode: episode }), LOSS, NOW).changes).toEqual({
      failureEpisode: null,
    });
  });
});

describe('when the stream was lost', () => {
  it('is what the page says with its first request', () => {
    expect(certainLoss(record(), LOSS, false)).toBe(LOSS.lostAt);
    expect(certainLoss(record({ failureEpisode: { ...episode, request: 'mark-0' } }), LOSS, false)).toBe(
      LOSS.lostAt,
    );
  });

  it('is unknown where the page may have sent the request before: it still reports the silence of the first time', () => {
    expect(certainLoss(record(), LOSS, true)).toBeUndefined();
    expect(certainLoss(record({ ticket }), LOSS, false)).toBeUndefined();
    expect(
      certainLoss(record({ failureEpisode: { ...episode, request: LOSS.request } }), LOSS, false),
    ).toBeUndefined();
  });
});

describe('how long AWS took to notice a loss', () => {
  const lostAt = NOW - 9000;
  const waiting = { status: 'PENDING_CLIENT_RECONNECTION', noticedAt: NOW - 2000 } as const;

  it('is known where the record, or a newer status lookup, says when AWS noticed it', () => {
    expect(noticeTimeOf(record(waiting), undefined, lostAt)).toBe(7000);
    const seen = { status: 'PENDING_CLIENT_RECONNECTION', lastUpdatedAt: NOW - 1000 } as const;
    expect(noticeTimeOf(record(waiting), seen, lostAt)).toBe(8000);
    expect(noticeTimeOf(record(), seen, lostAt)).toBe(8000);
  });

  it.each([
    [
      'the session does not wait for its player',
      record({ ...waiting, status: 'CONNECTED' }),
      undefined,
      lostAt,
    ],
    ['a newer lookup shows that it does not wait', record(waiting), { status: 'CONNECTED' } as const, lostAt],
    ['AWS names no time', record({ status: 'PENDING_CLIENT_RECONNECTION' }), undefined, lostAt],
    ['the page names no time', record(waiting), undefined, undefined],
    ['the two times do not belong together', record(waiting), undefined, NOW - 700_000],
  ])('is unknown where %s', (_, known, seen, lost) => {
    expect(noticeTimeOf(known, seen, lost)).toBeUndefined();
  });
});

describe('an unstable connection', () => {
  /** A request that names the connection that this session's last answer made. */
  async function renewing(changes: Partial<SessionRecord> = {}) {
    const { deps, clock } = reconnectWith(real.table, {
      connect: async () => 'answer',
      seen: undefined,
      tokens: [],
    });
    const request = await ownSession(deps);
    const made = connectionIdOf(connectionClientToken(request, 'answered'));
    const last = record({
      connectedRequest: 'answered',
      answerUntil: NOW - 2000 + ANSWER_KEPT_MS,
      ...changes,
    });
    return { deps, clock, last, request: { ...request, previousConnectionId: made } };
  }

  it('is one that is followed by another after two seconds', async () => {
    const { request, last } = await renewing();
    expect(unstableConnectionOf(request, last, undefined, NOW)).toBe('counted');
  });

  it('is counted again neither in this session, nor in another one of the player, for five minutes', async () => {
    const { request, last, deps, clock } = await renewing({ unstableCountedAt: NOW - 1000 });
    expect(unstableConnectionOf(request, last, undefined, NOW)).toBe('again');
    await countUnstableConnection('counted', request, deps);
    expect([request.metrics.unstableConnection, request.metrics.unstablePlayers]).toEqual(['counted', 1]);
    clock.now += 1000;
    const other = { ...request, streamSessionId: 'another', metrics: newRequestMetrics() };
    await countUnstableConnection('counted', other, deps);
    expect([other.metrics.unstableConnection, other.metrics.unstablePlayers]).toEqual(['again', 0]);
  });

  it('is none where the page names another connection, where nothing was answered, and where the stream held', async () => {
    const { request, last } = await renewing();
    const named = (previousConnectionId: string | undefined) => ({ ...request, previousConnectionId });
    expect(unstableConnectionOf(named('another'), last, undefined, NOW)).toBe('none');
    expect(unstableConnectionOf(named(undefined), last, undefined, NOW)).toBe('none');
    expect(unstableConnectionOf(request, record(), undefined, NOW)).toBe('none');
    const { connectedRequest: _, ...unnamed } = last;
    expect(unstableConnectionOf(named(undefined), unnamed, undefined, NOW)).toBe('none');
    const older = { ...last, answerUntil: NOW - 60_000 + ANSWER_KEPT_MS };
    expect(unstableConnectionOf(request, older, undefined, NOW)).toBe('none');
    expect(
      unstableConnectionOf(request, { ...last, answerUntil: NOW - 20_000 + ANSWER_KEPT_MS }, NOW - 1000, NOW),
    ).toBe('none');
  });

  it('that was not counted costs no write', async () => {
    const { request, deps } = await renewing();
    real.operations.length = 0;
    for (const kind of ['none', 'again'] as const) {
      await countUnstableConnection(kind, request, deps);
      expect(request.metrics.unstableConnection).toBe(kind);
    }
    expect(real.operations).toEqual([]);
  });
});
