import { describe, expect, it } from 'vitest';
import {
  accessProblem,
  lookupProblem,
  notReadyWaitMs,
  shellProblem,
} from '../../../lambdas/gameliftstreams/admin-shell-refusals.ts';
import type { AwsFailureKind } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import { exportProblem } from '../../../lambdas/gameliftstreams/export-refusals.ts';
import type { Problem } from '../../../lambdas/problems/problems.ts';
import { refusal } from '../broker.ts';

const told = (problem: Problem<string> | undefined) => problem && [problem.code, problem.extras];

describe('an operator who wants access to a session', () => {
  it.each(['ACTIVE', 'CONNECTED', 'PENDING_CLIENT_RECONNECTION', 'RECONNECTING'] as const)(
    'gets it while it is %s',
    (status) => {
      expect(accessProblem({ status, statusReason: undefined }, 0)).toBeUndefined();
    },
  );

  it('is told that it is over, and why where AWS says so', () => {
    const streamSessionStatus = 'TERMINATED';
    expect(told(accessProblem({ status: streamSessionStatus, statusReason: 'applicationExit' }, 0))).toEqual([
      'session_over',
      { streamSessionStatus, statusReason: 'applicationExit' },
    ]);
    expect(told(accessProblem({ status: streamSessionStatus, statusReason: undefined }, 0))).toEqual([
      'session_over',
      { streamSessionStatus },
    ]);
  });

  it('is told to wait two seconds, spread, while it is set up', () => {
    const at = (random: number) =>
      told(accessProblem({ status: 'ACTIVATING', statusReason: undefined }, random));
    const streamSessionStatus = 'ACTIVATING';
    expect(at(0)).toEqual(['session_not_accessible', { streamSessionStatus, retryAfterMs: 2000 }]);
    expect(at(1)).toEqual(['session_not_accessible', { streamSessionStatus, retryAfterMs: 3000 }]);
  });
});

const REFUSALS: [AwsFailureKind, lookup: string, shell: string, exported: string][] = [
  ['notFound', 'stream_session_not_found', 'stream_session_not_found', 'stream_session_not_found'],
  ['invalid', 'stream_session_not_found', 'session_not_accessible', 'session_not_accessible'],
  ['conflict', 'broker_misconfigured', 'session_not_accessible', 'session_not_accessible'],
  ['notReady', 'broker_misconfigured', 'access_not_ready', 'broker_misconfigured'],
  ['answerless', 'broker_misconfigured', 'upstream_unavailable', 'broker_misconfigured'],
  ['denied', 'broker_misconfigured', 'broker_misconfigured', 'broker_misconfigured'],
  ['throttled', 'paced', 'paced', 'paced'],
  ['internal', 'upstream_unavailable', 'upstream_unavailable', 'upstream_unavailable'],
  ['timeout', 'upstream_timeout', 'upstream_timeout', 'upstream_timeout'],
];

describe('what an operator is told when AWS refuses', () => {
  it.each(REFUSALS)('as %s: a lookup %s, a shell %s, an export %s', (kind, lookup, shell, exported) => {
    const failure = refusal(kind);
    const problems = [lookupProblem(failure, 0), shellProblem(failure, 0), exportProblem(failure, 0)];
    expect(problems.map(({ code }) => code)).toEqual([lookup, shell, exported]);
    for (const { cause } of problems) expect(cause).toBe(failure);
  });

  it('names a wait of its own kind, spread, so that a script does not hammer AWS', () => {
    const waits = (kind: AwsFailureKind, of = shellProblem) =>
      [0, 1].map((random) => of(refusal(kind), random).extras.retryAfterMs);
    expect(waits('notReady')).toEqual([5000, 7500]);
    expect(waits('conflict')).toEqual([1000, 1500]);
    expect(waits('answerless')).toEqual([1000, 1500]);
    expect(waits('conflict', exportProblem)).toEqual([1000, 1500]);
  });

  it('says of a denied export where the deployer looks: the role, the bucket, its key', () => {
    const { code, message, extras } = exportProblem(refusal('denied'), 0);
    expect([code, extras]).toEqual(['broker_misconfigured', {}]);
    expect(message).toContain('bucket');
  });
});

describe('access that AWS has not prepared yet', () => {
  it('is waited for as long as another attempt fits into the request, and then given up', () => {
    const last = Array.from({ length: 6000 }, (_, ms) => ms).find((ms) => notReadyWaitMs(ms, 0) !== null);
    if (last === undefined) return expect.unreachable();
    expect(notReadyWaitMs(last, 0)).toBe(2000);
    expect(notReadyWaitMs(last, 0.002)).toBeNull();
    expect(notReadyWaitMs(last - 1, 0)).toBeNull();
    // Two seconds, and the time of the shortest attempt.
    expect(last).toBeGreaterThan(2000);
  });
});
