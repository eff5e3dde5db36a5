import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AwsFailure, awsFailureKind, isUncertain } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import { connectProblem, startProblem } from '../../../lambdas/gameliftstreams/refusals.ts';
import { nextRetryDelayMs } from '../../../lambdas/gameliftstreams/retry.ts';
import { noticedInMs, reconnectableInMs, unknownSessionMs } from '../../../lambdas/gameliftstreams/waits.ts';
import { inProgress, startInProgress } from '../../../lambdas/problems/in-progress.ts';
import { spread } from '../../../lambdas/problems/waits.ts';

describe('how long a player is told to wait until AWS may take a connection', () => {
  it.each([
    ['RECONNECTING', 500],
    ['ACTIVATING', 2000],
    ['CONNECTED', 1000],
    ['ACTIVE', 1000],
    [undefined, 1000],
  ] as const)('%s: %i ms', (status, waitMs) => {
    expect(reconnectableInMs(status)).toBe(waitMs);
  });

  it('a measured time of the notice makes only the wait beside CONNECTED longer, and never shorter', () => {
    expect(reconnectableInMs('CONNECTED', 4000)).toBe(4000);
    expect(reconnectableInMs('CONNECTED', 300)).toBe(1000);
    expect(reconnectableInMs('RECONNECTING', 4000)).toBe(500);
    expect(reconnectableInMs('ACTIVATING', 4000)).toBe(2000);
  });

  it('AWS notices a loss so many seconds after it began: the silence so far counts, and more than all is nothing', () => {
    expect(noticedInMs({ noticeSeconds: 5 }, 1900)).toBe(3100);
    expect(noticedInMs({ noticeSeconds: 5 }, 6000)).toBe(0);
    expect(noticedInMs({ noticeSeconds: 5 }, undefined)).toBe(0);
    expect(noticedInMs({}, 1900)).toBe(0);
  });

  it('a session that nobody knows may live for its placement, 90 s, and its connection time-out', () => {
    expect(unknownSessionMs({ connectionTimeoutSeconds: 120 })).toBe(210_000);
  });
});

describe('waits are spread, or players who failed together come back together', () => {
  it('upwards by up to half: nobody comes before the time, and all of the span is used', () => {
    expect([0, 0.5, 1].map((random) => spread(1000, random))).toEqual([1000, 1250, 1500]);
    fc.assert(
      fc.property(fc.nat(60_000), fc.double({ min: 0, max: 1, noNaN: true }), (waitMs, random) => {
        expect(spread(waitMs, random)).toBeGreaterThanOrEqual(waitMs);
        expect(spread(waitMs, random)).toBeLessThanOrEqual(Math.ceil(waitMs * 1.5));
      }),
    );
  });

  const conflict = new AwsFailure('conflict', false);
  const throttled = new AwsFailure('throttled', false);
  const broken = new AwsFailure('network', true);
  it.each([
    ['beside another request', (random: number) => inProgress('under way', random), 500],
    ['beside another start', startInProgress, 500],
    ['while AWS throttles', (random: number) => connectProblem(throttled, false, undefined, random), 1500],
    ['while AWS fails', (random: number) => connectProblem(broken, false, undefined, random), 1000],
    [
      'while AWS has not noticed the loss',
      (random: number) => connectProblem(conflict, false, { status: 'CONNECTED' }, random),
      1000,
    ],
    [
      'after a lost answer',
      (random: number) => connectProblem(conflict, true, { status: 'RECONNECTING' }, random),
      500,
    ],
    [
      'while a stream group has no place',
      (random: number) => startProblem(conflict, random, { repeat: false, waitMs: 0 }),
      5000,
    ],
  ] as const)('%s', (_, refuse, waitMs) => {
    expect([0, 0.5].map((random) => refuse(random).extras.retryAfterMs)).toEqual([waitMs, waitMs * 1.25]);
  });

  it('a repeated AWS call waits anything from nothing to its ceiling', () => {
    const delays = (kind: 'throttled' | 'internal' | 'network' | 'timeout', failures: number) =>
      [0, 0.5, 0.999].map((random) => nextRetryDelayMs({ kind, failures, remainingMs: 8000, random }));
    expect(delays('throttled', 1)).toEqual([0, 100, 199]);
    expect(delays('throttled', 2)).toEqual([0, 200, 399]);
    expect(delays('throttled', 3)).toEqual([0, 300, 599]);
    expect(delays('internal', 1)).toEqual([0, 50, 99]);
    expect(delays('internal', 2)).toEqual([0, 200, 399]);
    expect(delays('network', 1)).toEqual([0, 25, 49]);
    expect(delays('network', 2)).toEqual([0, 100, 199]);
    expect(delays('timeout', 1)).toEqual([0, 25, 49]);
    expect(delays('timeout', 2)).toEqual([null, null, null]);
  });

  it('a repetition that has exactly its half second left is made, one with a millisecond less is not', () => {
    const context = { kind: 'network', failures: 1, random: 0.5 } as const;
    expect(nextRetryDelayMs({ ...context, remainingMs: 525 })).toBe(25);
    expect(nextRetryDelayMs({ ...context, remainingMs: 524 })).toBeNull();
  });
});

describe('what a failed AWS call means', () => {
  it.each([
    [
      'a 404 that names no reason comes from something in between: the session may well live',
      '',
      404,
      'internal',
      true,
    ],
    ['a 404 that says so: the session is unknown', 'ResourceNotFoundException', 404, 'notFound', false],
    ['a 429 without a name', '', 429, 'throttled', false],
    ['a 401 without a name', '', 401, 'denied', false],
    ['a 403 without a name', '', 403, 'denied', false],
    ['a 408 without a name', '', 408, 'timeout', true],
    ['a 409 without a name', '', 409, 'conflict', false],
    ['a 402 without a name', '', 402, 'quota', false],
    ['a 400 without a name', '', 400, 'invalid', false],
    ['a 499 without a name', '', 499, 'invalid', false],
    ['a 500 without a name', '', 500, 'internal', true],
    ['a 399 without a name is no refusal', '', 399, 'internal', true],
    ['no answer at all', '', undefined, 'network', true],
    ['a name that every object has is no error of AWS', 'constructor', 400, 'invalid', false],
  ] as const)('%s', (_, name, status, kind, uncertain) => {
    expect(awsFailureKind(name, status)).toBe(kind);
    expect(isUncertain(kind)).toBe(uncertain);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN'])(
    '%s is a broken network, whatever the SDK calls it',
    (code) => {
      expect(awsFailureKind('TimeoutError', undefined, code)).toBe('network');
    },
  );
});

describe('an answer is lost only where AWS has moved on since', () => {
  const code = (status: 'ACTIVATING' | 'CONNECTED' | 'RECONNECTING', repeat: boolean, uncertain: boolean) =>
    connectProblem(new AwsFailure('conflict', uncertain), repeat, { status }, 0).code;

  test.each([
    ['ACTIVATING', 'session_not_reconnectable'],
    ['CONNECTED', 'session_not_reconnectable'],
    ['RECONNECTING', 'answer_lost'],
  ] as const)('a repeated request meets %s: %s', (status, expected) => {
    expect(code(status, true, false)).toBe(expected);
    expect(code(status, false, true)).toBe(expected);
    expect(code(status, false, false)).toBe('session_not_reconnectable');
  });
});
