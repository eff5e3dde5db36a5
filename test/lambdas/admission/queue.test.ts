import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { execute } from '../../../bench/storm/simulate-table.ts';
import { queueFor, ticketBeforeEnd, ticketPastEnd } from '../../../lambdas/admission/queue.ts';
import { currentRate, windowResult } from '../../../lambdas/admission/queue-rate.ts';
import { isQueueing, type QueueState, queueState } from '../../../lambdas/admission/queue-state.ts';
import { type Admission, tableAdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import {
  isTicketUsable,
  pacedProblem,
  TICKET_KEPT_MS,
  ticketStateOf,
} from '../../../lambdas/admission/ticket.ts';
import { QUEUE_ATTRIBUTES, toStored } from '../../../lambdas/dynamodb/stored-names.ts';
import type { Table, Update } from '../../../lambdas/dynamodb/table.ts';

const START = 1_800_000_000_000;
const quotas = fc.integer({ min: 1, max: 100 });
const NEVER = { end: Number.POSITIVE_INFINITY };
const moments = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 2, maxLength: 200 });

/** A queue over a table in memory, by a test's clock. */
function queueOver(clock: { now: number }, quota: number, state: Partial<QueueState> = {}) {
  let item: Record<string, unknown> = toStored(state, QUEUE_ATTRIBUTES);
  const table = {
    get: async () => item,
    async update(_key: unknown, update: Update) {
      const written = execute(item, update);
      if (written) item = written;
      return written;
    },
  } as unknown as Table;
  return tableAdmissionQueue(
    table,
    { operation: 'CreateStreamSessionConnection', region: 'r', quota },
    { now: () => clock.now, random: () => 0 },
  );
}

const at = (admission: Admission) =>
  admission !== 'notQueued' && 'at' in admission ? admission.at : expect.unreachable();

/** Tickets given to arrivals so many milliseconds apart, each throttled by AWS before or not. */
async function ticketsOf(gaps: readonly number[], quota: number, throttled: boolean): Promise<number[]> {
  const clock = { now: START };
  const queue = queueOver(clock, quota, { queueingUntil: Number.MAX_SAFE_INTEGER });
  const tickets: number[] = [];
  for (const gap of gaps) {
    clock.now += gap;
    tickets.push(at(throttled ? await queue.readmit(NEVER, false) : await queue.admit(NEVER)));
  }
  return tickets;
}

describe('tickets', () => {
  it('never follow each other closer than the quota allows, whenever players arrive', async () => {
    await fc.assert(
      fc.asyncProperty(moments, quotas, fc.boolean(), async (gaps, quota, throttled) => {
        const tickets = await ticketsOf(gaps, quota, throttled);
        tickets.slice(1).forEach((ticket, i) => {
          expect(ticket - (tickets[i] ?? 0)).toBeGreaterThanOrEqual(1000 / quota - 0.01);
        });
      }),
    );
  });

  it('leave no quota unused while players wait: each is the next free one', async () => {
    await fc.assert(
      fc.asyncProperty(quotas, fc.integer({ min: 2, max: 100 }), async (quota, players) => {
        const tickets = await ticketsOf(Array(players).fill(0), quota, false);
        expect((tickets.at(-1) ?? 0) - (tickets[0] ?? 0)).toBeCloseTo(((players - 1) * 1000) / quota, 0);
      }),
    );
  });

  it('are kept until two seconds after their time and then lost, however often the player asks before', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (away) => {
        const worth = ticketStateOf({ at: START, since: START }, START + away);
        if (away < 0) expect(worth).toEqual({ waitMs: -away });
        else expect(worth).toBe(away <= TICKET_KEPT_MS ? 'due' : 'none');
      }),
    );
  });
});

describe('the queue to join', () => {
  const long = { ...queueState(undefined, 20), nextFreeAt: START + 200_000 };

  it('is the overflow queue only where the first would be too late and the overflow queue is not', () => {
    const end = START + 120_000;
    const arrival = { now: START, end, again: false };
    expect(queueFor(long, arrival)).toBe('overflowNextFreeAt');
    expect(queueFor({ ...long, nextFreeAt: START + 100_000 }, arrival)).toBe('nextFreeAt');
    expect(queueFor({ ...long, overflowNextFreeAt: end + 1 }, arrival)).toBe('nextFreeAt');
  });

  it('is the quicker one for a player whom AWS throttled on a ticket: nobody waits twice', () => {
    const arrival = { now: START, end: START, again: true };
    expect(queueFor({ ...long, overflowNextFreeAt: START + 3000 }, arrival)).toBe('overflowNextFreeAt');
    expect(queueFor({ ...long, nextFreeAt: START + 1000, overflowNextFreeAt: START + 3000 }, arrival)).toBe(
      'nextFreeAt',
    );
  });
});

describe('a ticket after the likely end of the session', () => {
  const end = START + 120_000;
  const late = (nextFreeAt: number, again = false, random = 0.5) =>
    ticketPastEnd(
      { ...queueState(undefined, 20), nextFreeAt, overflowNextFreeAt: nextFreeAt },
      { now: START, end, again, random },
    );

  it('takes a place in the queue up to 20 s after it, since AWS may notice the loss later than the page', () => {
    expect(late(end + 20_000)).toBeUndefined();
    expect(late(end + 20_001)).toBeDefined();
  });

  it('takes no place that is too late for a player whom AWS throttled: the end is known by then', () => {
    expect(late(end, true)).toBeUndefined();
    expect(late(end + 1, true)).toBeDefined();
  });

  it('is spread over a minute, so that lost players do not come back together', () => {
    expect(late(end + 30_000, false, 0)).toBe(end + 30_000);
    expect(late(end + 30_000, false, 0.5)).toBe(end + 60_000);
    expect(late(end + 30_000, false, 1)).toBe(end + 90_000);
  });
});

describe('a ticket in the rest of the life of a session', () => {
  it('lies between AWS’s next token and the end, spread over all of that', () => {
    expect(ticketBeforeEnd(START, START + 10_700, 0)).toBe(START + 700);
    expect(ticketBeforeEnd(START, START + 10_700, 0.5)).toBe(START + 5700);
    expect(ticketBeforeEnd(START, START + 10_700, 1)).toBe(START + 10_700);
  });

  it('is not given where AWS has no token before the end', () => {
    expect(ticketBeforeEnd(START, START + 701, 0)).toBe(START + 700);
    expect(ticketBeforeEnd(START, START + 700, 0)).toBeUndefined();
    expect(ticketBeforeEnd(START, START - 60_000, 0)).toBeUndefined();
  });
});

describe('bounds of the queue to join', () => {
  const end = START + 120_000;
  const state = (nextFreeAt: number, overflowNextFreeAt: number) => ({
    ...queueState(undefined, 20),
    nextFreeAt,
    overflowNextFreeAt,
  });

  it('are two seconds before the end for the first queue, and the very end for the overflow queue', () => {
    const arrival = { now: START, end, again: false };
    expect(queueFor(state(end - 2000, START), arrival)).toBe('nextFreeAt');
    expect(queueFor(state(end - 1999, end), arrival)).toBe('overflowNextFreeAt');
    expect(queueFor(state(end - 1999, end + 1), arrival)).toBe('nextFreeAt');
  });

  it('leave a throttled player in the first queue where both are as quick', () => {
    expect(queueFor(state(START + 500, START + 500), { now: START, end, again: true })).toBe('nextFreeAt');
  });

  it('end queueing with the time of the next free place, and with the time that queueing lasts', () => {
    const free = { ...queueState(undefined, 20), nextFreeAt: START, queueingUntil: START };
    expect(isQueueing(free, START)).toBe(false);
    expect(isQueueing({ ...free, nextFreeAt: START + 1 }, START)).toBe(true);
    expect(isQueueing({ ...free, queueingUntil: START + 1 }, START)).toBe(true);
  });
});

describe('the worth of a ticket', () => {
  it('lasts two seconds after its time, to the millisecond', () => {
    const ticket = { at: START, since: START };
    expect(ticketStateOf(ticket, START + 2000)).toBe('due');
    expect(ticketStateOf(ticket, START + 2001)).toBe('none');
  });

  it('is used at once or after a wait of a second: a longer one is the page’s', () => {
    const ticket = { at: START + 1000, since: START };
    expect(isTicketUsable(ticket, START)).toBe(true);
    expect(isTicketUsable(ticket, START - 1)).toBe(false);
    expect(isTicketUsable(ticket, START + 3001)).toBe(false);
    expect(isTicketUsable(undefined, START)).toBe(false);
  });

  it('says that it may be too late only where it may be', () => {
    expect(pacedProblem({ waitMs: 5, mayBeTooLate: false }).extras).toEqual({ retryAfterMs: 5 });
    expect(pacedProblem({ waitMs: 5, mayBeTooLate: true, queuePosition: 3 }).extras).toEqual({
      retryAfterMs: 5,
      mayBeTooLate: true,
      queuePosition: 3,
    });
    expect(Object.keys(pacedProblem({ waitMs: 5 }).extras)).toEqual(['retryAfterMs']);
  });
});

describe('the rate', () => {
  const windows = fc.array(
    fc.record({ taken: fc.nat(500), refused: fc.nat(500), ms: fc.integer({ min: 0, max: 60_000 }) }),
  );

  it('stays between a fiftieth of the quota and the quota, whatever AWS does', () => {
    fc.assert(
      fc.property(quotas, windows, (quota, seen) => {
        let state: QueueState = { ...queueState(undefined, quota), windowAt: START };
        let now = START;
        for (const { taken, refused, ms } of seen) {
          now += ms;
          const counted = { ...state, taken, refused, nextFreeAt: now + 1 };
          state = { ...counted, ...windowResult(counted, quota, now) };
          expect(currentRate(state, quota, now)).toBeLessThanOrEqual(quota);
          expect(currentRate(state, quota, now)).toBeGreaterThanOrEqual(quota / 50 - 1e-9);
          expect(state.overflowShare).toBeGreaterThanOrEqual(0.1);
          expect(state.overflowShare).toBeLessThanOrEqual(0.6);
        }
      }),
    );
  });

  it('comes down to what AWS grants beside another caller, and back to the quota when that caller is gone', () => {
    let state: QueueState = { ...queueState(undefined, 20), windowAt: START };
    let now = START;
    for (let i = 0; i < 10; i++) {
      now += 2000;
      const counted = { ...state, taken: 20, refused: 20 };
      state = { ...counted, ...windowResult(counted, 20, now) };
    }
    expect(currentRate(state, 20, now)).toBeGreaterThanOrEqual(10);
    expect(currentRate(state, 20, now)).toBeLessThanOrEqual(11.5);
    expect(currentRate(state, 20, now + 5000)).toBeLessThan(15);
    expect(currentRate(state, 20, now + 120_000)).toBe(20);
  });

  it('is not lowered by a lone throttle among many calls', () => {
    const state = { ...queueState(undefined, 20), windowAt: START, taken: 40, refused: 1 };
    expect(windowResult(state, 20, START + 2000)?.rate).toBe(20);
  });

  it('is lowered only beside others: where AWS throttled a twentieth, took nine tenths at most, and was asked for half', () => {
    const judged = (taken: number, refused: number) =>
      windowResult({ ...queueState(undefined, 20), windowAt: START, taken, refused }, 20, START + 2000)?.rate;
    // A twentieth of 40 is noise, more is not.
    expect([judged(19, 1), judged(19, 1.1)]).toEqual([20, expect.closeTo(14, 9)]);
    // 40 calls fit into the window: 36 of them are as good as all.
    expect([judged(36.1, 8), judged(36, 8)]).toEqual([20, expect.closeTo(18.9, 9)]);
    // Fewer than 20 calls do not show what AWS grants.
    expect([judged(10, 9.9), judged(10, 10)]).toEqual([20, expect.closeTo(14, 9)]);
  });

  it('learns nothing about no-shows where the queue is empty at that very moment', () => {
    const state = { ...queueState(undefined, 20), windowAt: START, nextFreeAt: START + 2000, shown: 1 };
    expect(windowResult(state, 20, START + 2000)?.overflowShare).toBe(state.overflowShare);
  });

  it('expects more no-shows where players stay away, fewer where all come', () => {
    const full = { ...queueState(undefined, 20), windowAt: START, nextFreeAt: START + 60_000, taken: 40 };
    const learnt = (shown: number) => windowResult({ ...full, shown }, 20, START + 2000)?.overflowShare;
    expect(learnt(20)).toBeGreaterThan(full.overflowShare);
    expect(learnt(40)).toBeLessThan(full.overflowShare);
  });

  it('learns nothing about no-shows from a queue that is not full', () => {
    const empty = { ...queueState(undefined, 20), windowAt: START, nextFreeAt: START + 1000 };
    expect(windowResult(empty, 20, START + 2000)?.overflowShare).toBe(empty.overflowShare);
  });

  it('converges to the part of players who stay away: where a fifth does, a quarter more places', () => {
    let state: QueueState = { ...queueState(undefined, 20), windowAt: START, nextFreeAt: START + 600_000 };
    for (let now = START + 2000; now <= START + 100_000; now += 2000) {
      const counted = { ...state, taken: 40, shown: 32 };
      state = { ...counted, ...windowResult(counted, 20, now) };
    }
    expect(state.overflowShare).toBeCloseTo(0.25, 2);
  });

  it('is back at the quota within 15 s after a short disturbance', () => {
    const state = { ...queueState(undefined, 20), windowAt: START, taken: 26, refused: 14 };
    const lowered = { ...state, ...windowResult(state, 20, START + 2000) };
    expect(currentRate(lowered, 20, START + 2000)).toBeLessThan(15);
    expect(currentRate(lowered, 20, START + 17_000)).toBe(20);
  });
});

it('queueing ends by itself: nobody takes a ticket ten seconds after the last throttle, once the queue is empty', async () => {
  const clock = { now: START };
  const queue = queueOver(clock, 20);
  await queue.readmit(NEVER, false);
  clock.now = START + 9000;
  expect(await queue.admit(NEVER)).not.toBe('notQueued');
  clock.now = START + 11_000;
  expect(await queue.admit(NEVER)).toBe('notQueued');
});
