import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advance,
  apply,
  isFinished,
  type Life,
  type LifeEvent,
  nextChangeAt,
  startLife,
  type Timing,
} from '../../../emulator/model/lifecycle.ts';

const timing: Timing = {
  activationSeconds: 1,
  readySeconds: 2,
  terminatingSeconds: 1,
  lossNoticeSeconds: 0,
  placementTimeoutSeconds: 75,
  idleTimeoutSeconds: 3600,
};

/** A session that starts at 0 s and gets events, each at its second, and then runs until `untilSeconds`. */
function live(
  events: readonly [number, LifeEvent][],
  untilSeconds: number,
  change: Partial<Timing> = {},
): Life {
  const rules = { ...timing, ...change };
  let life = startLife(0, 120, 43_200);
  for (const [second, event] of events)
    life = apply(advance(life, second * 1000, rules), event, second * 1000);
  return advance(life, untilSeconds * 1000, rules);
}

const placed: [number, LifeEvent] = [0, { type: 'placed' }];
const answered: [number, LifeEvent] = [0, { type: 'answered' }];
const active = [placed, answered];
const connected: [number, LifeEvent][] = [...active, [2, { type: 'clientConnected' }]];
const lost: [number, LifeEvent][] = [...connected, [10, { type: 'clientLost', noticed: false }]];

describe('a stream session', () => {
  it('is ACTIVATING until capacity is found, its offer is answered and the activation time is over', () => {
    expect(live([], 74).status).toBe('ACTIVATING');
    expect(live([placed], 1000).status).toBe('ACTIVATING');
    expect(live(active, 0.999).status).toBe('ACTIVATING');
    expect(live(active, 1).status).toBe('ACTIVE');
  });

  it('without capacity ends in placementTimeout', () => {
    expect(live([], 75)).toMatchObject({ status: 'ERROR', statusReason: 'placementTimeout' });
  });

  it('that nobody joins ends in connectionTimeout, counted from ACTIVE', () => {
    expect(live(active, 120.999).status).toBe('ACTIVE');
    expect(live(active, 121)).toMatchObject({ status: 'TERMINATED', statusReason: 'connectionTimeout' });
  });

  it('whose client is lost waits for it, and ends in reconnectionTimeout', () => {
    expect(live(lost, 10).status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(live(lost, 129.999).status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(live(lost, 130)).toMatchObject({ status: 'TERMINATED', statusReason: 'reconnectionTimeout' });
  });

  it('is CONNECTED until the loss is noticed, and waits the full time from then', () => {
    const slow = { lossNoticeSeconds: 15 };
    expect(live(lost, 24.999, slow).status).toBe('CONNECTED');
    expect(live(lost, 25, slow)).toMatchObject({
      status: 'PENDING_CLIENT_RECONNECTION',
      lastUpdatedAt: 25_000,
    });
    expect(live(lost, 144.999, slow).status).toBe('PENDING_CLIENT_RECONNECTION');
    expect(live(lost, 145, slow).statusReason).toBe('reconnectionTimeout');
  });

  it('notices a clean close at once', () => {
    const closed: [number, LifeEvent][] = [...connected, [10, { type: 'clientLost', noticed: true }]];
    expect(live(closed, 10, { lossNoticeSeconds: 15 }).status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('stays CONNECTED when its client sends packets again before the loss is noticed', () => {
    const slow = { lossNoticeSeconds: 15 };
    const found: [number, LifeEvent][] = [...lost, [24, { type: 'clientFound' }]];
    expect(live(found, 3_000, slow)).toMatchObject({ status: 'CONNECTED', lastUpdatedAt: 2_000 });
    const lostAgain: [number, LifeEvent][] = [...found, [30, { type: 'clientLost', noticed: false }]];
    expect(live(lostAgain, 44.999, slow).status).toBe('CONNECTED');
    expect(live(lostAgain, 45, slow).status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('that has noticed a loss waits for a new connection, even when the client sends packets again', () => {
    const late: [number, LifeEvent][] = [...lost, [20, { type: 'clientFound' }]];
    expect(live(late, 129.999).status).toBe('PENDING_CLIENT_RECONNECTION');
  });

  it('is CONNECTED again when a client connects whose answer was made before the loss, or resumes', () => {
    const back: [number, LifeEvent][] = [...lost, [20, { type: 'clientConnected' }]];
    expect(live(back, 130)).toMatchObject({ status: 'CONNECTED', lastUpdatedAt: 20_000 });
  });

  it('forgets an unnoticed loss when another client connects', () => {
    const other: [number, LifeEvent][] = [...lost, [20, { type: 'clientConnected' }]];
    expect(live(other, 3_000, { lossNoticeSeconds: 15 }).status).toBe('CONNECTED');
  });

  it('goes through RECONNECTING and ACTIVE back to CONNECTED', () => {
    const back: [number, LifeEvent][] = [...lost, [20, { type: 'connectionRequested' }]];
    expect(live(back, 21.999).status).toBe('RECONNECTING');
    expect(live(back, 22).status).toBe('ACTIVE');
    expect(live([...back, [23, { type: 'clientConnected' }]], 24).status).toBe('CONNECTED');
    expect(live(back, 142).statusReason).toBe('connectionTimeout');
  });

  it('that was started in advance stays ACTIVE at its first connection, with the full time-out', () => {
    const joined: [number, LifeEvent][] = [...active, [100, { type: 'connectionRequested' }]];
    expect(live(joined, 219.999).status).toBe('ACTIVE');
    expect(live(joined, 220).statusReason).toBe('connectionTimeout');
  });

  it('ends idle an hour after the last input, not after connecting', () => {
    const played: [number, LifeEvent][] = [...connected, [1000, { type: 'input' }]];
    expect(live(connected, 3602)).toMatchObject({ status: 'TERMINATED', statusReason: 'idleTimeout' });
    expect(live(played, 3602).status).toBe('CONNECTED');
    expect(live(played, 4600).statusReason).toBe('idleTimeout');
  });

  it('ends at its maximum length, even with a client that plays', () => {
    const busy: [number, LifeEvent][] = [...connected, [43_000, { type: 'input' }]];
    expect(live(busy, 43_200, { idleTimeoutSeconds: 100_000 }).statusReason).toBe('maxSessionLengthTimeout');
  });

  it('that is terminated is TERMINATING first', () => {
    const terminated: [number, LifeEvent][] = [...connected, [5, { type: 'terminate' }]];
    expect(live(terminated, 5.999)).not.toHaveProperty('statusReason');
    expect(live(terminated, 5.999).status).toBe('TERMINATING');
    expect(live(terminated, 6)).toMatchObject({ status: 'TERMINATED', statusReason: 'apiTerminated' });
  });

  it('ends in ERROR or TERMINATED, depending on the reason', () => {
    expect(live([...active, [2, { type: 'end', reason: 'internalError' }]], 2).status).toBe('ERROR');
    expect(live([...active, [2, { type: 'end', reason: 'applicationExit' }]], 2).status).toBe('TERMINATED');
  });
});

const eventArbitrary: fc.Arbitrary<LifeEvent> = fc.oneof(
  fc.constantFrom<LifeEvent>(
    { type: 'placed' },
    { type: 'answered' },
    { type: 'clientConnected' },
    { type: 'clientFound' },
    { type: 'connectionRequested' },
    { type: 'input' },
    { type: 'terminate' },
    { type: 'end', reason: 'internalError' },
  ),
  fc.boolean().map((noticed): LifeEvent => ({ type: 'clientLost', noticed })),
);

/**
 * Source: the developer guide's table of transitions. A finished session has none. Not documented there: PENDING_CLIENT_RECONNECTION to
 * CONNECTED, for a client that comes back.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ACTIVATING: ['ACTIVE', 'TERMINATING', 'TERMINATED', 'ERROR'],
  ACTIVE: ['CONNECTED', 'TERMINATING', 'TERMINATED', 'ERROR'],
  CONNECTED: ['PENDING_CLIENT_RECONNECTION', 'RECONNECTING', 'TERMINATING', 'TERMINATED', 'ERROR'],
  PENDING_CLIENT_RECONNECTION: ['RECONNECTING', 'CONNECTED', 'TERMINATING', 'TERMINATED', 'ERROR'],
  RECONNECTING: ['ACTIVE', 'TERMINATING', 'TERMINATED', 'ERROR'],
  TERMINATING: ['TERMINATED', 'ERROR'],
  TERMINATED: [],
  ERROR: [],
};

describe('after any events in any order', () => {
  const story = fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), eventArbitrary), { maxLength: 40 });

  it('a session has made only documented transitions, and none after its end', () => {
    fc.assert(
      fc.property(story, (steps) => {
        let now = 0;
        let life = startLife(0, 120, 600);
        const follow = (next: Life) => {
          if (next.status !== life.status) expect(ALLOWED[life.status]).toContain(next.status);
          if (isFinished(life)) expect(next).toBe(life);
          life = next;
        };
        for (const [wait, event] of steps) {
          now += wait;
          for (
            let at = nextChangeAt(life, timing);
            at !== undefined && at <= now;
            at = nextChangeAt(life, timing)
          ) {
            follow(advance(life, at, timing));
          }
          follow(apply(life, event, now));
        }
      }),
    );
  });

  it('a session ends at last by its timers, so none holds capacity for ever', () => {
    fc.assert(
      fc.property(story, (steps) => {
        let now = 0;
        let life = startLife(0, 120, 600);
        for (const [wait, event] of steps) {
          now += wait;
          life = apply(advance(life, now, timing), event, now);
        }
        expect(isFinished(advance(life, now + 601_000, timing))).toBe(true);
      }),
    );
  });
});
