import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamSessionStatus } from '../../../contract/stream-session-status.ts';
import {
  AwsFailure,
  type AwsFailureKind,
  awsFailureKind,
  isUncertain,
} from '../../../lambdas/gameliftstreams/aws-failure.ts';
import {
  connectProblem,
  endedProblem,
  needsStatusLookup,
  startProblem,
  statusProblem,
  terminateProblem,
} from '../../../lambdas/gameliftstreams/refusals.ts';
import { noticedInMs } from '../../../lambdas/gameliftstreams/waits.ts';
import type { Problem } from '../../../lambdas/problems/problems.ts';
import { sliOutcomeOf } from '../../../lambdas/reliability/sli.ts';

/** Every error GameLift Streams declares, with its HTTP status, as the real SDK throws it. */
const AWS_ERRORS = [
  ['AccessDeniedException', 403],
  ['ConflictException', 409],
  ['InternalServerException', 500],
  ['ResourceNotFoundException', 404],
  ['ServiceQuotaExceededException', 402],
  ['StreamSessionAccessNotReadyException', 409],
  ['ThrottlingException', 429],
  ['ValidationException', 400],
] as const;

const STATUSES: (StreamSessionStatus | undefined)[] = [
  undefined,
  'ACTIVATING',
  'ACTIVE',
  'CONNECTED',
  'PENDING_CLIENT_RECONNECTION',
  'RECONNECTING',
  'TERMINATING',
  'TERMINATED',
  'ERROR',
];

const failureOf = (name: string, http: number | undefined, uncertain = false) => {
  const kind = awsFailureKind(name, http);
  return new AwsFailure(kind, uncertain || isUncertain(kind));
};
const connect = (name: string, status: StreamSessionStatus | undefined, repeat = false, http?: number) =>
  connectProblem(failureOf(name, http), repeat, status && { status }, 0).code;

describe('the answer to a reconnect that AWS refuses', () => {
  it.each([
    ['ThrottlingException', 'CONNECTED', 'paced'],
    ['AccessDeniedException', 'CONNECTED', 'broker_misconfigured'],
    ['InternalServerException', undefined, 'upstream_unavailable'],
    ['TimeoutError', undefined, 'upstream_timeout'],
    ['AbortError', undefined, 'upstream_timeout'],
    ['ServiceQuotaExceededException', 'ACTIVE', 'stream_group_unavailable'],
    ['ConflictException', 'CONNECTED', 'session_not_reconnectable'],
    ['ConflictException', 'RECONNECTING', 'session_not_reconnectable'],
    ['ConflictException', 'ACTIVATING', 'session_not_reconnectable'],
    ['ConflictException', undefined, 'session_not_reconnectable'],
    ['ValidationException', 'CONNECTED', 'session_not_reconnectable'],
    ['ConflictException', 'PENDING_CLIENT_RECONNECTION', 'stream_group_unavailable'],
    ['ValidationException', 'ACTIVE', 'invalid_request'],
    ['ConflictException', 'TERMINATED', 'stream_session_ended'],
    ['ValidationException', 'ERROR', 'stream_session_ended'],
    ['ResourceNotFoundException', 'TERMINATING', 'stream_session_ended'],
    ['ResourceNotFoundException', undefined, 'session_not_reconnectable'],
  ] as const)('%s on a session that is %s: %s', (name, status, code) => {
    expect(connect(name, status)).toBe(code);
  });

  it('a repeated request whose session moved on without its answer needs a new offer', () => {
    for (const status of ['ACTIVE', 'RECONNECTING', 'PENDING_CLIENT_RECONNECTION'] as const) {
      expect(connect('ConflictException', status, true)).toBe('answer_lost');
      expect(connectProblem(failureOf('ConflictException', 409, true), false, { status }, 0).code).toBe(
        'answer_lost',
      );
    }
    expect(connect('ConflictException', 'CONNECTED', true)).toBe('session_not_reconnectable');
  });

  it('an ended session carries its reason, a waiting one its status and a wait', () => {
    const ended = connectProblem(
      failureOf('ConflictException', 409),
      false,
      { status: 'TERMINATED', statusReason: 'reconnectionTimeout' },
      0,
    );
    expect(ended.extras).toMatchObject({ statusReason: 'reconnectionTimeout' });
    const waiting = connectProblem(failureOf('ConflictException', 409), false, { status: 'CONNECTED' }, 0);
    expect(waiting.extras).toMatchObject({ streamSessionStatus: 'CONNECTED', retryAfterMs: 1000 });
  });

  it('where the deployer has measured how long AWS takes to notice, the wait lasts until then, and only while CONNECTED', () => {
    const waitOf = (status: StreamSessionStatus, silentMs: number | undefined, noticeSeconds?: number) => {
      const group = noticeSeconds === undefined ? {} : { noticeSeconds };
      const inMs = noticedInMs(group, silentMs);
      return connectProblem(failureOf('ConflictException', 409), false, { status }, 0, inMs).extras
        .retryAfterMs;
    };
    expect(waitOf('CONNECTED', 2000, 15)).toBe(13_000);
    // It should have noticed by now.
    expect(waitOf('CONNECTED', 20_000, 15)).toBe(1000);
    expect(waitOf('CONNECTED', undefined, 15)).toBe(1000);
    expect(waitOf('CONNECTED', 2000)).toBe(1000);
    expect(waitOf('RECONNECTING', 2000, 15)).toBe(500);
  });
});

describe('an error of AWS', () => {
  /** The errors that mean the same whatever was asked for, and in whatever state the session is. */
  const SAME_EVERYWHERE: Readonly<Record<string, string>> = {
    AccessDeniedException: 'broker_misconfigured',
    InternalServerException: 'upstream_unavailable',
    ThrottlingException: 'paced',
  };
  /** What a new reconnect hears of the others: while the session is ready for one, not ready yet, and over. */
  const AT_CONNECT: Readonly<Record<string, readonly [ready: string, notYet: string, over: string]>> = {
    ConflictException: ['stream_group_unavailable', 'session_not_reconnectable', 'stream_session_ended'],
    ResourceNotFoundException: [
      'stream_group_unavailable',
      'session_not_reconnectable',
      'stream_session_ended',
    ],
    ServiceQuotaExceededException: [
      'stream_group_unavailable',
      'stream_group_unavailable',
      'stream_group_unavailable',
    ],
    StreamSessionAccessNotReadyException: [
      'stream_group_unavailable',
      'session_not_reconnectable',
      'stream_session_ended',
    ],
    ValidationException: ['invalid_request', 'session_not_reconnectable', 'stream_session_ended'],
  };
  /** What a start hears of them: at first, and where AWS may have accepted this very start before. */
  const AT_START: Readonly<Record<string, readonly [first: string, again: string]>> = {
    ConflictException: ['stream_group_unavailable', 'answer_lost'],
    ResourceNotFoundException: ['broker_misconfigured', 'answer_lost'],
    ServiceQuotaExceededException: ['stream_group_unavailable', 'stream_group_unavailable'],
    StreamSessionAccessNotReadyException: ['broker_misconfigured', 'broker_misconfigured'],
    ValidationException: ['invalid_request', 'answer_lost'],
  };
  const READY = ['ACTIVE', 'PENDING_CLIENT_RECONNECTION'];
  const OVER = ['TERMINATING', 'TERMINATED', 'ERROR'];
  /** A state that a session enters only after AWS accepted a connection or a loss: the request may be what brought it there. */
  const MOVED_ON = [...READY, 'RECONNECTING'];
  const meaningAtConnect = (
    name: string,
    status: StreamSessionStatus | undefined,
    maybeAccepted: boolean,
  ) => {
    const [ready = '', notYet = '', over = ''] = AT_CONNECT[name] ?? [];
    if (over === 'stream_session_ended' && OVER.includes(status ?? '')) return over;
    if (name !== 'ServiceQuotaExceededException' && maybeAccepted && MOVED_ON.includes(status ?? ''))
      return 'answer_lost';
    return READY.includes(status ?? '') ? ready : notYet;
  };

  it.each(AWS_ERRORS)(
    '%s tells a player one thing in each operation and state, and the right one',
    (name, http) => {
      for (const status of STATUSES) {
        const observed = status && { status };
        for (const uncertain of [false, true]) {
          const failure = failureOf(name, http, uncertain);
          const heard = {
            connect: connectProblem(failure, false, observed, 0).code,
            connectAgain: connectProblem(failure, true, observed, 0).code,
            start: startProblem(failure, 0, { repeat: false, waitMs: 0 }).code,
            startAgain: startProblem(failure, 0, { repeat: true, waitMs: 0 }).code,
            lookUp: statusProblem(failure, 0).code,
            terminate: terminateProblem(failure, observed, 0)?.code ?? 'done',
          };
          const same = SAME_EVERYWHERE[name];
          const [first, again] = AT_START[name] ?? [same, same];
          expect({ status, uncertain, ...heard }).toEqual({
            status,
            uncertain,
            connect: same ?? meaningAtConnect(name, status, uncertain),
            connectAgain: same ?? meaningAtConnect(name, status, true),
            start: uncertain ? again : first,
            startAgain: again,
            lookUp: same ?? 'broker_misconfigured',
            terminate: same ?? (OVER.includes(status ?? '') ? 'done' : 'session_not_terminable'),
          });
        }
      }
    },
  );

  it('is recognized by name, an unknown one by HTTP status, none by message', () => {
    expect(AWS_ERRORS.map(([name, http]) => awsFailureKind(name, http))).toEqual([
      'denied',
      'conflict',
      'internal',
      'notFound',
      'quota',
      'notReady',
      'throttled',
      'invalid',
    ]);
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 400, max: 599 }), (name, http) => {
        fc.pre(!AWS_ERRORS.some(([known]) => known === name));
        expect(awsFailureKind(name, http)).not.toBe('network');
      }),
    );
    expect(awsFailureKind('constructor', undefined)).toBe('network');
  });

  it('at a start that AWS finds invalid is a failure of the start, and no page can raise the alarm of the settings by an offer', () => {
    const failure = failureOf('ValidationException', 400);
    const problem = startProblem(failure, 0, { repeat: false, waitMs: 0 });
    expect(problem.code).toBe('invalid_request');
    expect(sliOutcomeOf(problem, 400)).toBe('failure');
    const unknown = startProblem(failureOf('ResourceNotFoundException', 404), 0, {
      repeat: false,
      waitMs: 0,
    });
    expect(unknown.code).toBe('broker_misconfigured');
  });

  it('that is a broken connection is no time-out, although the SDK names it one', () => {
    expect(awsFailureKind('TimeoutError', undefined, 'ECONNRESET')).toBe('network');
    expect(awsFailureKind('TimeoutError', undefined, 'ETIMEDOUT')).toBe('timeout');
  });

  it('names a wait between its base and one and a half times that, spread over all of it: players who were refused together do not come back together', () => {
    const waitOf = (random: number) =>
      connectProblem(failureOf('ThrottlingException', 429), false, undefined, random).extras.retryAfterMs ??
      0;
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), (random) => {
        expect(waitOf(random)).toBeGreaterThanOrEqual(1500);
        expect(waitOf(random)).toBeLessThanOrEqual(2250);
      }),
    );
    const waits = [0, 0.25, 0.5, 0.75, 1 - 2 ** -30].map(waitOf);
    expect(waits[0]).toBe(1500);
    expect(waits.at(-1)).toBeGreaterThan(2240);
    for (const [at, wait] of waits.slice(1).entries()) expect(wait - (waits[at] ?? 0)).toBeGreaterThan(150);
  });

  it("costs a status lookup only where the session's state explains it", () => {
    expect(
      AWS_ERRORS.filter(([name, http]) => needsStatusLookup(failureOf(name, http))).map(([name]) => name),
    ).toEqual(['ConflictException', 'ResourceNotFoundException', 'ValidationException']);
  });
});

describe('ending a session', () => {
  it('succeeds where the session is over already, and waits where it is being set up', () => {
    const invalid = failureOf('ValidationException', 400);
    for (const status of ['TERMINATING', 'TERMINATED', 'ERROR'] as const) {
      expect(terminateProblem(invalid, { status }, 0)).toBeNull();
    }
    const unknown = failureOf('ResourceNotFoundException', 404);
    expect(terminateProblem(unknown, { status: 'TERMINATED' }, 0)).toBeNull();
    expect(terminateProblem(unknown, undefined, 0)?.code).toBe('session_not_terminable');
    expect(terminateProblem(invalid, { status: 'ACTIVATING' }, 0)?.code).toBe('session_not_terminable');
    // It was set up between the call and the look: no alarm that a player could ring.
    expect(terminateProblem(invalid, { status: 'ACTIVE' }, 0)?.code).toBe('session_not_terminable');
  });
});

describe('what a refusal tells the player', () => {
  const waits = (kind: AwsFailureKind, of: (failure: AwsFailure, random: number) => Problem<string>) =>
    [0, 1].map((random) => of(new AwsFailure(kind, false), random).extras);

  it('names the wait of each failure of AWS, spread upwards by half', () => {
    expect(waits('throttled', statusProblem)).toEqual([{ retryAfterMs: 1500 }, { retryAfterMs: 2250 }]);
    for (const kind of ['timeout', 'internal', 'network'] as const) {
      expect(waits(kind, statusProblem)).toEqual([{ retryAfterMs: 1000 }, { retryAfterMs: 1500 }]);
    }
    expect(waits('denied', statusProblem)).toEqual([{}, {}]);
  });

  it('names the wait when a stream group takes no player', () => {
    const start = (failure: AwsFailure, random: number) =>
      startProblem(failure, random, { repeat: false, waitMs: 0 });
    for (const kind of ['conflict', 'quota'] as const) {
      expect(waits(kind, start)).toEqual([{ retryAfterMs: 5000 }, { retryAfterMs: 7500 }]);
    }
  });

  it('names the status where it is known, and no status where it is not', () => {
    const failure = new AwsFailure('answerless', false);
    expect(connectProblem(failure, false, { status: 'CONNECTED' }, 0).extras).toEqual({
      streamSessionStatus: 'CONNECTED',
      retryAfterMs: 1000,
    });
    expect(connectProblem(failure, false, undefined, 0).extras).toEqual({ retryAfterMs: 1000 });
    const refused = new AwsFailure('conflict', false);
    expect(connectProblem(refused, false, undefined, 0).extras).toEqual({ retryAfterMs: 1000 });
    expect(terminateProblem(refused, { status: 'ACTIVATING' }, 0)?.extras).toEqual({
      streamSessionStatus: 'ACTIVATING',
      retryAfterMs: 2000,
    });
    expect(terminateProblem(refused, undefined, 0)?.extras).toEqual({ retryAfterMs: 2000 });
  });

  it('says of a start without an answer that it is lost, and waits until AWS has surely ended the session', () => {
    const answerless = new AwsFailure('answerless', false);
    const lost = (waitMs: number) => startProblem(answerless, 0, { repeat: false, waitMs });
    expect([lost(90_000).code, lost(90_000).extras]).toEqual(['answer_lost', { retryAfterMs: 90_000 }]);
    // A player never asks again at once.
    expect(lost(0).extras).toEqual({ retryAfterMs: 1000 });
  });

  it('says of a reconnect without an answer that it is lost, whatever the session does meanwhile', () => {
    for (const status of ['CONNECTED', 'ACTIVATING', 'ACTIVE'] as const) {
      expect(connectProblem(new AwsFailure('answerless', false), false, { status }, 0).code).toBe(
        'answer_lost',
      );
    }
  });

  it('gives the reason of an end only where AWS gave one', () => {
    expect(endedProblem({ status: 'TERMINATED', statusReason: 'idleTimeout' }).extras).toEqual({
      streamSessionStatus: 'TERMINATED',
      statusReason: 'idleTimeout',
    });
    expect(Object.keys(endedProblem({ status: 'ERROR' }).extras)).toEqual(['streamSessionStatus']);
  });
});
