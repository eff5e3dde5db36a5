import { describe, expect, it } from 'vitest';
import { PROBLEMS, type ProblemCode } from '../../../contract/problems.ts';
import { AwsFailure } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import { connectProblem } from '../../../lambdas/gameliftstreams/refusals.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import {
  classifyRefusal,
  episodeOfTicket,
  type FailureEpisode,
} from '../../../lambdas/reliability/failure-episode.ts';
import { sliOutcomeOf } from '../../../lambdas/reliability/sli.ts';
import { classifyConnection } from '../../../lambdas/reliability/unstable-connection.ts';

const NOW = 1_800_000_000_000;
const of = (code: ProblemCode, extras = {}, cause?: unknown) => new Problem(code, 'No.', extras, cause);
const alone = (problem: Problem) => sliOutcomeOf(problem, PROBLEMS[problem.code].status);

/** What each of a player's refusals counts as, one after the other; the milliseconds between them. */
function repeated(refusals: readonly (readonly [after: number, Problem])[]) {
  let known: FailureEpisode | undefined;
  let now = NOW;
  return refusals.map(([after, problem]) => {
    now += after;
    const { sliOutcome, episode } = classifyRefusal(problem, known, now);
    known = episode ?? undefined;
    return sliOutcome;
  });
}

describe('a refusal by itself', () => {
  it('is a failure where AWS refuses an offer of the right form: if it refuses all, an alarm must be raised', () => {
    const refused = connectProblem(new AwsFailure('invalid', false), false, { status: 'ACTIVE' }, 0);
    expect([refused.code, alone(refused)]).toEqual(['invalid_request', 'failure']);
    expect(alone(of('answer_lost'))).toBe('failure');
  });

  it('is excluded where the request is wrong or the rules refuse it, so that no player uses up the error budget', () => {
    const rules = Object.entries(PROBLEMS).filter(
      ([code, { status }]) => status < 500 && code !== 'answer_lost',
    );
    for (const [code] of rules) expect([code, alone(of(code as ProblemCode))]).toEqual([code, 'excluded']);
  });

  it('is a failure at 5xx, but not a ticket that is due in time', () => {
    expect(alone(of('upstream_timeout'))).toBe('failure');
    expect(alone(of('stream_group_unavailable'))).toBe('failure');
    expect(alone(of('paced', { retryAfterMs: 5000 }))).toBe('excluded');
    expect(alone(of('paced', { retryAfterMs: 5000, mayBeTooLate: true }))).toBe('failure');
  });
});

describe('a failure', () => {
  it('is counted once however often a stuck player repeats it, so that one player cannot raise an alarm', () => {
    const stuck = Array.from(
      { length: 10 },
      () => [1700, of('upstream_unavailable', { retryAfterMs: 1500 })] as const,
    );
    expect(repeated(stuck).filter((outcome) => outcome === 'failure')).toHaveLength(1);
    const offers = Array.from(
      { length: 10 },
      () => [2000, of('invalid_request', {}, new AwsFailure('invalid', false))] as const,
    );
    expect(repeated(offers).filter((outcome) => outcome === 'failure')).toHaveLength(1);
  });

  it('is counted again every five minutes, so that the alarm of a lasting outage stays', () => {
    const stuck = Array.from(
      { length: 60 },
      () => [10_000, of('stream_group_unavailable', { retryAfterMs: 5000 })] as const,
    );
    expect(repeated(stuck).filter((outcome) => outcome === 'failure')).toHaveLength(2);
  });

  it('of another loss begins another episode: the stream had come back since the last refusal', () => {
    const refusedAsConnected = of('session_not_reconnectable', {
      retryAfterMs: 1000,
      streamSessionStatus: 'CONNECTED',
    });
    /** Refused, and again 40 s later; how long nothing was seen then, and whether the same request is repeated. */
    const later = (silentMs: number | undefined, request: string) => {
      const { episode } = classifyRefusal(refusedAsConnected, undefined, NOW, {
        request: 'r1',
        lostAt: NOW - 2000,
      });
      const now = NOW + 40_000;
      const loss = { request, lostAt: silentMs === undefined ? undefined : now - silentMs };
      return classifyRefusal(refusedAsConnected, episode ?? undefined, now, loss);
    };
    expect(later(2000, 'r2')).toMatchObject({ sliOutcome: 'excluded', episode: { since: NOW + 40_000 } });
    // The same loss, a page that does not say, and a repeated request, whose bytes say what was true at its first time.
    expect(later(42_000, 'r2')).toMatchObject({ sliOutcome: 'failure', episode: { since: NOW } });
    expect(later(undefined, 'r2').sliOutcome).toBe('failure');
    expect(later(2000, 'r1').sliOutcome).toBe('failure');
  });

  it('of another loss is not counted again so soon', () => {
    const failed = of('upstream_timeout', { retryAfterMs: 1000 });
    const { episode } = classifyRefusal(failed, undefined, NOW, { request: 'r1', lostAt: NOW - 2000 });
    const loss = { request: 'r2', lostAt: NOW + 28_000 };
    const next = classifyRefusal(failed, episode ?? undefined, NOW + 30_000, loss);
    expect(next).toMatchObject({ sliOutcome: 'excluded', episode: { since: NOW + 30_000, counted: NOW } });
  });

  it('that was stored without the time of its refusal belongs to the same loss until its wait is over', () => {
    const failed = of('session_not_reconnectable', { retryAfterMs: 1000, streamSessionStatus: 'CONNECTED' });
    const known: FailureEpisode = { since: NOW - 40_000, until: NOW + 1000 };
    const judged = (lostAt: number) =>
      classifyRefusal(failed, known, NOW + 5000, { request: 'r2', lostAt }).sliOutcome;
    expect([judged(NOW + 1000), judged(NOW + 1001)]).toEqual(['failure', 'excluded']);
  });

  it('is another one where the player comes back long after the wait', () => {
    const failed = of('upstream_timeout', { retryAfterMs: 1000 });
    expect(
      repeated([
        [0, failed],
        [61_000, failed],
      ]),
    ).toEqual(['failure', 'excluded']);
    expect(
      repeated([
        [0, failed],
        [61_001, failed],
      ]),
    ).toEqual(['failure', 'failure']);
  });
});

describe('a session that is over', () => {
  const ended = (statusReason?: string) =>
    of('stream_session_ended', { ...(statusReason ? { statusReason } : {}) });

  it('is a failure, if none was counted yet, for a player who had asked while it lived', () => {
    const wait = of('session_not_reconnectable', { retryAfterMs: 1000, streamSessionStatus: 'CONNECTED' });
    expect(
      repeated([
        [0, wait],
        [1000, ended('reconnectionTimeout')],
      ]),
    ).toEqual(['excluded', 'failure']);
    expect(
      repeated([
        [0, of('upstream_timeout')],
        [1000, ended()],
      ]),
    ).toEqual(['failure', 'excluded']);
  });

  it('is a failure for a player who waited in the queue, as the ticket shows', () => {
    const waiting = episodeOfTicket({ at: NOW + 100_000, since: NOW });
    expect(classifyRefusal(ended('reconnectionTimeout'), waiting, NOW + 101_000)).toEqual({
      sliOutcome: 'failure',
      episode: null,
    });
    const busy = episodeOfTicket({ at: 0, since: NOW });
    expect(classifyRefusal(ended(), busy, NOW + 60_000).sliOutcome).toBe('failure');
  });

  it('is no failure for a player who comes back after ten minutes, nor where somebody wanted the end', () => {
    const wait = of('session_not_reconnectable', { retryAfterMs: 1000 });
    expect(repeated([[0, ended('reconnectionTimeout')]])).toEqual(['excluded']);
    expect(
      repeated([
        [0, wait],
        [600_000, ended('reconnectionTimeout')],
      ]),
    ).toEqual(['excluded', 'excluded']);
    expect(
      repeated([
        [0, wait],
        [1000, ended('applicationExit')],
      ]),
    ).toEqual(['excluded', 'excluded']);
  });

  // API reference, StreamSessionStatusReason.
  it.each([
    ['applicationExit', 'excluded', 'the game ended it'],
    [
      'apiTerminated',
      'excluded',
      'the player or an operator ended it, and a deployer who ends all sessions is no outage',
    ],
    ['idleTimeout', 'excluded', 'the player had left'],
    ['maxSessionLengthTimeout', 'excluded', 'its time was up'],
    ['reconnectionTimeout', 'failure', 'the player did not get back in time'],
    ['connectionTimeout', 'failure', 'the player never got in'],
    ['placementTimeout', 'failure', 'AWS found no machine'],
    ['internalError', 'failure', 'AWS failed'],
    [undefined, 'failure', 'nobody knows why'],
  ] as const)('by %s is %s for a player who was refused before: %s', (reason, expected, _why) => {
    const wait = of('session_not_reconnectable', { retryAfterMs: 1000, streamSessionStatus: 'CONNECTED' });
    expect(
      repeated([
        [0, wait],
        [1000, ended(reason)],
      ]),
    ).toEqual(['excluded', expected]);
  });
});

describe('a session that AWS takes no connection to', () => {
  const refused = (streamSessionStatus: string) =>
    Array.from(
      { length: 40 },
      () => [1000, of('session_not_reconnectable', { retryAfterMs: 1000, streamSessionStatus })] as const,
    );

  it('is a failure, once, when AWS should have noticed the loss long ago', () => {
    const outcomes = repeated(refused('CONNECTED'));
    expect(outcomes.slice(0, 31)).toEqual(Array(31).fill('excluded'));
    expect(outcomes.filter((outcome) => outcome === 'failure')).toHaveLength(1);
  });

  it('is no failure while it is being set up, which may take minutes', () => {
    expect(repeated(refused('ACTIVATING'))).toEqual(Array(40).fill('excluded'));
  });
});

describe('a connection', () => {
  const judge = (
    answeredAt: number | undefined,
    unstableCountedAt?: number,
    previous: string | undefined = 'c1',
  ) => classifyConnection({ connectionId: 'c1', answeredAt, unstableCountedAt }, previous, NOW);

  it('that follows an answered one within half a minute counts that one as unstable: it carried nothing', () => {
    expect(judge(NOW - 29_999)).toBe('counted');
    expect(judge(NOW - 30_000)).toBe('none');
    expect(judge(undefined)).toBe('none');
  });

  it('of a flapping player counts as unstable once in five minutes, so that one player is no outage', () => {
    expect(judge(NOW - 5000, NOW - 299_999)).toBe('again');
    expect(judge(NOW - 5000, NOW - 300_000)).toBe('counted');
  });

  it('of a page that never used the last one does not count it as unstable: the page plays on the one that it names', () => {
    expect(judge(NOW - 5000, undefined, 'c0')).toBe('none');
    // Or it says that it saw the stream for some seconds after the answer.
    const last = { connectionId: 'c1', answeredAt: NOW - 20_000, unstableCountedAt: undefined };
    expect(
      [NOW - 40_000, NOW - 15_001, NOW - 15_000].map((at) => classifyConnection(last, 'c1', NOW, at)),
    ).toEqual(['counted', 'counted', 'none']);
  });

  it("of the player's other device does not count the last one as unstable: it takes the stream over and names no connection", () => {
    expect(
      classifyConnection(
        { connectionId: 'c1', answeredAt: NOW - 5000, unstableCountedAt: undefined },
        undefined,
        NOW,
      ),
    ).toBe('none');
  });
});

describe('bounds of what counts', () => {
  it('a pause of new sessions is no failure: operators wanted it', () => {
    expect(alone(of('starts_paused'))).toBe('excluded');
  });

  it('a lasting failure is counted again after five minutes, and not a millisecond earlier', () => {
    const failure = of('upstream_unavailable', { retryAfterMs: 1000 });
    const at = (ago: number) => {
      const known = { since: NOW - ago, until: NOW, counted: NOW - ago };
      return classifyRefusal(failure, known, NOW).sliOutcome;
    };
    expect([at(299_999), at(300_000)]).toEqual(['excluded', 'failure']);
  });

  it('an end without a reason is one that nobody wanted', () => {
    const known = { since: NOW - 5000, until: NOW };
    const ended = (extras: object) =>
      classifyRefusal(of('stream_session_ended', extras), known, NOW).sliOutcome;
    expect([ended({}), ended({ statusReason: 'idleTimeout' })]).toEqual(['failure', 'excluded']);
  });

  it('an episode begins anew a minute after the wait, and keeps when a failure was counted only where one was', () => {
    const known = { since: NOW - 90_000, until: NOW - 60_000 };
    const paced = of('paced', { retryAfterMs: 2000 });
    expect(classifyRefusal(paced, known, NOW).episode).toEqual({ since: NOW - 90_000, until: NOW + 2000 });
    expect(classifyRefusal(paced, known, NOW + 1).episode).toEqual({ since: NOW + 1, until: NOW + 2001 });
  });
});
