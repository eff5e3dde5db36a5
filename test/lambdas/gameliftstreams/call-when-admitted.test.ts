import { describe, expect, it } from 'vitest';
import type { Admission, AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import { pacedProblem, type Ticket } from '../../../lambdas/admission/ticket.ts';
import { callWhenAdmitted } from '../../../lambdas/gameliftstreams/paced-call.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { likelyEnd } from '../../../lambdas/sessions/stream-session.ts';
import { quiet, refusal } from '../broker.ts';

const START = 1_800_000_000_000;
const END = START + 120_000;

type Next = Exclude<Admission, 'notQueued'>;

/** A way to AWS by script: what the queue says and what AWS makes of each call, and a list of all that was asked. */
function way(script: { enter?: Admission[]; again?: Next[]; aws?: (Error | string)[]; uncounted?: Error }) {
  const clock = { now: START };
  const asked: string[] = [];
  const errors: unknown[] = [];
  const metrics = newRequestMetrics();
  const { enter = [], again = [], aws = ['done'] } = script;
  const queue: AdmissionQueue = {
    async admit() {
      asked.push('enter');
      return enter.shift() ?? expect.unreachable();
    },
    async readmit(_arrival, hadTicket) {
      asked.push(hadTicket ? 'again after a ticket' : 'again');
      return again.shift() ?? expect.unreachable();
    },
    async countCall({ taken, spare }) {
      asked.push(`${taken ? 'taken' : 'refused'}${spare ? ' of the overflow queue' : ''}`);
      if (script.uncounted) throw script.uncounted;
    },
  };
  const deps = {
    queue,
    log: { ...quiet, error: (...line: unknown[]) => void errors.push(line) },
    now: () => clock.now,
    async sleep(milliseconds: number) {
      asked.push(`sleep ${milliseconds}`);
      clock.now += milliseconds;
    },
  };
  async function call() {
    asked.push('AWS');
    const answer = aws.shift() ?? expect.unreachable();
    if (answer instanceof Error) throw answer;
    return answer;
  }
  return {
    asked,
    errors,
    metrics,
    go: (ticket?: Ticket, changes: { hasNoDeadline?: boolean } = {}) =>
      callWhenAdmitted({ ticket, end: END, metrics, ...changes }, deps, call),
  };
}

const throttled = (uncertain = false) => refusal('throttled', uncertain);

describe('a call of AWS', () => {
  it('while nobody waits asks the queue once and counts nothing: only calls on tickets say what the quota grants', async () => {
    const { asked, go } = way({ enter: ['notQueued'] });
    expect(await go()).toMatchObject({ done: 'done' });
    expect(asked).toEqual(['enter', 'AWS']);
  });

  it('on a ticket does not ask the queue, and counts', async () => {
    const { asked, go } = way({});
    await go({ at: START - 1999, since: START - 60_000 });
    expect(asked).toEqual(['AWS', 'taken']);
  });

  it('on a ticket that has just been given and is due counts as well', async () => {
    const { asked, go } = way({ enter: [{ at: START + 300, spare: false, perSecond: 2 }] });
    await go();
    expect(asked).toEqual(['enter', 'sleep 300', 'AWS', 'taken']);
  });

  it('bills no more than a second of waiting in all: the client waits the second time', async () => {
    const { asked, go } = way({
      enter: [{ at: START + 900, spare: false, perSecond: 2 }],
      again: [{ at: START + 1800, spare: false, perSecond: 2 }],
      aws: [throttled()],
    });
    const came = await go();
    expect(came).toMatchObject({ ticket: { at: START + 1800, since: START } });
    expect(asked).toEqual(['enter', 'sleep 900', 'AWS', 'refused', 'again after a ticket']);
  });

  it('after a throttle waits for a near ticket and tries once more', async () => {
    const { asked, go } = way({
      enter: ['notQueued'],
      again: [{ at: START + 700, spare: false, perSecond: 2 }],
      aws: [throttled(), 'done'],
    });
    expect(await go()).toMatchObject({ done: 'done' });
    expect(asked).toEqual(['enter', 'AWS', 'again', 'sleep 700', 'AWS', 'taken']);
  });

  it('that AWS refused for another reason counts as taken: only a throttle is about the quota', async () => {
    const { asked, go } = way({ aws: [refusal('conflict')] });
    await expect(go({ at: START, since: START })).rejects.toMatchObject({ kind: 'conflict' });
    expect(asked).toEqual(['AWS', 'taken']);
  });
});

describe('what a call of AWS is counted as', () => {
  it('names the queue of its ticket: only those of the first say how many players stay away', async () => {
    const { asked, go } = way({});
    await go({ at: START, since: START, spare: true });
    expect(asked).toEqual(['AWS', 'taken of the overflow queue']);
  });

  it('is no reason to lose the answer of AWS where it cannot be written: a log line says so', async () => {
    const { errors, go } = way({ uncounted: new TypeError('defect') });
    const came = await go({ at: START, since: START });
    if (!('done' in came)) return expect.unreachable();
    await came.counted;
    expect([came.done, errors]).toEqual(['done', [['not counted', { cause: 'TypeError' }]]]);
  });

  it('adds what was waited in the function to the time that is billed', async () => {
    const { go, metrics } = way({
      enter: [{ at: START + 300, spare: false, perSecond: 2 }],
      again: [{ at: START + 900, spare: false, perSecond: 2 }],
      aws: [throttled(), 'done'],
    });
    await go();
    expect(metrics.waitedMs).toBe(900);
  });
});

describe('an answer of AWS that may be lost', () => {
  const near: Next = { at: START + 100, spare: false, perSecond: 2 };

  it('makes a later refusal uncertain: the offer may be used up', async () => {
    const { go } = way({ enter: ['notQueued'], again: [near], aws: [throttled(true), refusal('conflict')] });
    await expect(go()).rejects.toMatchObject({ kind: 'conflict', uncertain: true });
  });

  it('is not assumed after a throttle that surely did nothing', async () => {
    const { go } = way({ enter: ['notQueued'], again: [near], aws: [throttled(), refusal('conflict')] });
    await expect(go()).rejects.toMatchObject({ kind: 'conflict', uncertain: false });
  });

  it('makes a later success uncertain, and no other', async () => {
    for (const uncertain of [true, false]) {
      const { go } = way({ enter: ['notQueued'], again: [near], aws: [throttled(uncertain), 'done'] });
      expect(await go()).toMatchObject({ done: 'done', uncertain });
    }
  });

  it('does not hide a defect of ours', async () => {
    const defect = new TypeError('defect');
    await expect(way({ enter: ['notQueued'], aws: [defect] }).go()).rejects.toBe(defect);
  });
});

describe('a wait', () => {
  const paced = (came: Awaited<ReturnType<ReturnType<typeof way>['go']>>) =>
    'paced' in came ? { ...came, extras: came.paced.extras } : expect.unreachable();

  it('with a ticket says when and the place, and remembers when the player first had to wait', async () => {
    const { go } = way({ enter: [{ at: START + 60_000, spare: false, perSecond: 2 }] });
    const { extras, ticket } = paced(await go({ at: 0, since: START - 5000 }));
    expect(extras).toEqual({ retryAfterMs: 60_000, queuePosition: 120 });
    expect(ticket).toEqual({ at: START + 60_000, since: START - 5000, spare: false, perSecond: 2 });
  });

  it('without a ticket names no place and keeps none: nobody may come on a ticket that was not given', async () => {
    const { go } = way({ enter: [{ askAgainAt: START + 5000 }] });
    const { extras, ticket } = paced(await go());
    expect(extras).toEqual({ retryAfterMs: 5000 });
    expect(ticket).toEqual({ at: 0, since: START });
  });

  it('after an answer of AWS that may be lost says so: the offer may be used up', async () => {
    for (const uncertain of [true, false]) {
      const { go } = way({
        enter: ['notQueued'],
        again: [{ at: START + 9000, spare: false, perSecond: 2 }],
        aws: [throttled(uncertain)],
      });
      expect(paced(await go()).uncertain).toBe(uncertain);
    }
  });

  it('beyond the likely end says that it may be too late', async () => {
    const { go } = way({ enter: [{ at: END + 1, spare: false, perSecond: 2 }] });
    expect(paced(await go()).extras.mayBeTooLate).toBe(true);
  });

  it('up to the likely end is in time, and where nothing is lost after the end no wait is too late', async () => {
    const { go } = way({ enter: [{ at: END, spare: false, perSecond: 2 }] });
    expect(paced(await go()).extras).not.toHaveProperty('mayBeTooLate');
    const late = way({ enter: [{ at: END + 60_000, spare: false, perSecond: 2 }] });
    expect(paced(await late.go(undefined, { hasNoDeadline: true })).extras).not.toHaveProperty(
      'mayBeTooLate',
    );
  });

  it('of a second is spent in the function, of a millisecond more by the client', async () => {
    const near = way({ enter: [{ at: START + 1000, spare: false, perSecond: 2 }] });
    expect(await near.go()).toMatchObject({ done: 'done' });
    const far = way({ enter: [{ at: START + 1001, spare: false, perSecond: 2 }] });
    expect(paced(await far.go()).extras.retryAfterMs).toBe(1001);
    const known = way({});
    expect(paced(await known.go({ at: START + 1001, since: START })).extras.retryAfterMs).toBe(1001);
  });

  it('after a throttle names a time to ask again where the queue gives no ticket, and AWS as the cause', async () => {
    const throttle = throttled();
    const { go } = way({ enter: ['notQueued'], again: [{ askAgainAt: START + 4000 }], aws: [throttle] });
    const { extras, ticket, paced: problem } = paced(await go());
    expect([extras, ticket]).toEqual([{ retryAfterMs: 4000 }, { at: 0, since: START }]);
    expect(problem.cause).toBe(throttle);
  });

  it('is always a positive whole number of milliseconds, never earlier than the ticket', () => {
    for (const waitMs of [-5, 0, 0.2, 1.1, 59_999.6]) {
      const { retryAfterMs = Number.NaN } = pacedProblem({ waitMs }).extras;
      expect(Number.isInteger(retryAfterMs)).toBe(true);
      expect(retryAfterMs).toBeGreaterThanOrEqual(Math.max(1, waitMs));
    }
    expect(pacedProblem({ waitMs: 1 })).toBeInstanceOf(Problem);
  });
});

describe('the likely end of a session', () => {
  const record = {
    status: 'CONNECTED',
    statusSince: START - 600_000,
    createdAt: START - 600_000,
    sessionLengthSeconds: 3600,
    connectionTimeoutSeconds: 120,
  } as SessionRecord;

  it('runs from when AWS noticed the loss, if it did: a ticket after that is too late', () => {
    const lost: SessionRecord = {
      ...record,
      status: 'PENDING_CLIENT_RECONNECTION',
      statusSince: START - 100_000,
    };
    expect(likelyEnd(lost, undefined, START)).toBe(START + 20_000);
  });

  it('runs from when the player first had to wait, if AWS has not noticed the loss', () => {
    expect(likelyEnd(record, { at: START + 9000, since: START - 30_000 }, START)).toBe(START + 90_000);
    expect(likelyEnd(record, undefined, START)).toBe(START + 120_000);
  });

  it('is never after the end that no reconnect moves', () => {
    const short = { ...record, sessionLengthSeconds: 630 };
    expect(likelyEnd(short, undefined, START)).toBe(START + 30_000);
  });
});
