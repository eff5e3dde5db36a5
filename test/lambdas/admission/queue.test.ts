import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  currentRate,
  isQueueing,
  moved,
  type QueueState,
  queueFor,
  queueState,
  stepOf,
  windowResult,
} from '../../../lambdas/admission/queue.ts';
import { TICKET_KEPT_MS, ticketStateOf } from '../../../lambdas/admission/ticket.ts';

const START = 1_800_000_000_000;
const quotas = fc.integer({ min: 1, max: 250 });
const moments = fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 2, maxLength: 200 });

/** Turns given in the first line to arrivals so many milliseconds apart. */
function turnsOf(gaps: readonly number[], quota: number, opens: boolean): number[] {
  let state = queueState(undefined, quota);
  let now = START;
  return gaps.map((gap) => {
    now += gap;
    const made = moved(state, stepOf(state, quota, { line: 'tat', now, opens }));
    state = made.state;
    return made.turn;
  });
}

describe('turns', () => {
  it('never follow each other closer than the quota allows, whenever players arrive: none is throttled by the next', () => {
    fc.assert(
      fc.property(moments, quotas, fc.boolean(), (gaps, quota, opens) => {
        const turns = turnsOf(gaps, quota, opens);
        turns.slice(1).forEach((turn, i) => {
          expect(turn - (turns[i] ?? 0)).toBeGreaterThanOrEqual(1000 / quota - 0.01);
        });
      }),
    );
  });

  it('leave no quota unused while players wait: each is the next free one', () => {
    fc.assert(
      fc.property(quotas, fc.integer({ min: 2, max: 100 }), (quota, players) => {
        const turns = turnsOf(Array(players).fill(0), quota, false);
        expect((turns.at(-1) ?? 0) - (turns[0] ?? 0)).toBeCloseTo(((players - 1) * 1000) / quota, 0);
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

describe('the line', () => {
  const long = { ...queueState(undefined, 20), tat: START + 200_000 };

  it('is the one of spare places only where the first comes too late and they do not', () => {
    const end = START + 120_000;
    const visitor = { now: START, end, again: false };
    expect(queueFor(long, visitor)).toBe('spareTat');
    expect(queueFor({ ...long, tat: START + 100_000 }, visitor)).toBe('tat');
    expect(queueFor({ ...long, spareTat: end + 1 }, visitor)).toBe('tat');
  });

  it('is the quicker one for a player whom AWS throttled on a turn: nobody waits twice', () => {
    const visitor = { now: START, end: START, again: true };
    expect(queueFor({ ...long, spareTat: START + 3000 }, visitor)).toBe('spareTat');
    expect(queueFor({ ...long, tat: START + 1000, spareTat: START + 3000 }, visitor)).toBe('tat');
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
          const counted = { ...state, taken, refused, tat: now + 1 };
          state = { ...counted, ...windowResult(counted, quota, now) };
          expect(currentRate(state, quota, now)).toBeLessThanOrEqual(quota);
          expect(currentRate(state, quota, now)).toBeGreaterThanOrEqual(quota / 50 - 1e-9);
          expect(state.spareShare).toBeGreaterThanOrEqual(0.1);
          expect(state.spareShare).toBeLessThanOrEqual(0.6);
        }
      }),
    );
  });

  it('comes down to what AWS grants beside a stranger, and back to the quota when the stranger is gone', () => {
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

  it('counts on more no-shows where players stay away, on fewer where all come', () => {
    const full = { ...queueState(undefined, 20), windowAt: START, tat: START + 60_000, taken: 40 };
    const learnt = (shown: number) => windowResult({ ...full, shown }, 20, START + 2000)?.spareShare;
    expect(learnt(20)).toBeGreaterThan(full.spareShare);
    expect(learnt(40)).toBeLessThan(full.spareShare);
  });

  it('learns nothing of no-shows from a line that is not full, whose places nobody was given', () => {
    const empty = { ...queueState(undefined, 20), windowAt: START, tat: START + 1000 };
    expect(windowResult(empty, 20, START + 2000)?.spareShare).toBe(empty.spareShare);
  });

  it('comes to the very part of players who stay away: a quarter more places for every fifth', () => {
    let state: QueueState = { ...queueState(undefined, 20), windowAt: START, tat: START + 600_000 };
    for (let now = START + 2000; now <= START + 100_000; now += 2000) {
      const counted = { ...state, taken: 40, shown: 32 };
      state = { ...counted, ...windowResult(counted, 20, now) };
    }
    expect(state.spareShare).toBeCloseTo(0.25, 2);
  });

  it('of a moment of trouble is made good within a quarter of a minute', () => {
    const state = { ...queueState(undefined, 20), windowAt: START, taken: 26, refused: 14 };
    const lowered = { ...state, ...windowResult(state, 20, START + 2000) };
    expect(currentRate(lowered, 20, START + 2000)).toBeLessThan(15);
    expect(currentRate(lowered, 20, START + 17_000)).toBe(20);
  });
});

it('pacing ends by itself: nobody takes turns ten seconds after the last throttle and an empty line', () => {
  const state = queueState(undefined, 20);
  const { state: after } = moved(state, stepOf(state, 20, { line: 'tat', now: START, opens: true }));
  expect(isQueueing(after, START + 9000)).toBe(true);
  expect(isQueueing(after, START + 11_000)).toBe(false);
});
