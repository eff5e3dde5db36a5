import { describe, expect, it } from 'vitest';
import type { QueueState } from '../../../lambdas/admission/queue-state.ts';
import type { AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import { QUEUE_ATTRIBUTES, toStored } from '../../../lambdas/dynamodb/stored-names.ts';
import type { Table } from '../../../lambdas/dynamodb/table.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import {
  admissionQueueOver,
  code,
  type FakeAws,
  ownSession,
  reconnectWith,
  refusal,
  sharedTable,
  stormOver,
  told,
} from '../broker.ts';

const real = sharedTable();

const START = 1_800_000_000_000;
const NEVER = { end: Number.POSITIVE_INFINITY };

const storm = (changes?: Partial<QueueState>, connect?: FakeAws['connect']) =>
  stormOver(real.table, changes, connect);

describe('in a storm', () => {
  it('a player keeps the ticket however often it asks before, and is let through on time without asking the queue', async () => {
    const { aws, clock, deps } = await storm();
    const asked = await ownSession(deps);
    const first = await told(reconnect(asked, deps));
    expect(first).toEqual({ code: 'paced', retryAfterMs: 60_000, queuePosition: 1200 });
    for (let i = 1; i <= 5; i++) {
      clock.now += 2000;
      const again = await told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps));
      expect(again).toMatchObject({ code: 'paced', retryAfterMs: 60_000 - i * 2000 });
    }
    clock.now = START + 60_000 + 1900;
    real.operations.length = 0;
    const broken: AdmissionQueue = {
      ...deps.admissionQueue(),
      admit: () => Promise.reject(new Error('asked')),
      readmit: () => Promise.reject(new Error('asked again')),
      countCall: async () => {},
    };
    const onTime = { ...asked, endsBy: clock.now + 10_000 };
    expect(await code(reconnect(onTime, { ...deps, admissionQueue: () => broken }))).toBe('none');
    expect(aws.tokens).toHaveLength(1);
    expect((await deps.sessions.read(asked))?.ticket).toBeUndefined();
  });

  it('a ticket that nobody used for two seconds is lost: its player takes a new one at the end of the queue', async () => {
    const { aws, clock, deps } = await storm();
    const asked = await ownSession(deps);
    await told(reconnect(asked, deps));
    clock.now = START + 62_100;
    await deps.admissionQueue().readmit(NEVER, false);
    for (let i = 0; i < 100; i++) await deps.admissionQueue().admit(NEVER);
    const lost = await told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps));
    expect(lost).toMatchObject({ code: 'paced', retryAfterMs: 700 + 101 * 50 });
    expect(aws.tokens).toEqual([]);
  });

  it('a ticket in less than a second is waited for: no second request', async () => {
    const { aws, clock, deps } = await storm({ nextFreeAt: START + 900 });
    expect(await code(reconnect(await ownSession(deps), deps))).toBe('none');
    expect([aws.tokens.length, clock.now]).toEqual([1, START + 900]);
  });

  it('a ticket after the likely end of the session is given all the same, and the answer says that it may be too late', async () => {
    const { deps } = await storm({ nextFreeAt: START + 130_000, overflowNextFreeAt: START + 130_000 });
    const asked = await ownSession(deps, { status: 'PENDING_CLIENT_RECONNECTION', statusSince: START });
    expect(await told(reconnect(asked, deps))).toMatchObject({ retryAfterMs: 130_000, mayBeTooLate: true });
  });

  it('a player whose ticket would be too late gets one of the overflow queue', async () => {
    const { deps } = await storm({ nextFreeAt: START + 130_000, overflowNextFreeAt: START + 20_000 });
    const asked = await ownSession(deps, { status: 'PENDING_CLIENT_RECONNECTION', statusSince: START });
    const heard = await told(reconnect(asked, deps));
    expect(heard).toMatchObject({ code: 'paced', retryAfterMs: 20_000 });
    expect(heard).not.toHaveProperty('mayBeTooLate');
  });

  it('a player whom AWS throttles on its ticket gets a near one, not the end of the queue', async () => {
    const { clock, deps } = await storm({}, () => Promise.reject(refusal('throttled')));
    const asked = await ownSession(deps);
    await told(reconnect(asked, deps));
    for (let i = 0; i < 1000; i++) await deps.admissionQueue().admit(NEVER);
    clock.now = START + 60_000;
    const heard = await told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps));
    expect((heard as { retryAfterMs: number }).retryAfterMs).toBeLessThan(3000);
  });

  it('a player with a low rate limit keeps its ticket', async () => {
    const { clock, deps } = await storm({ nextFreeAt: START + 5000 });
    const poor = { ...deps, limits: { connectionsPerMinute: 1 } };
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, poor))).toBe('paced');
    clock.now = START + 5000;
    expect(await code(reconnect({ ...asked, endsBy: clock.now + 10_000 }, poor))).toBe('none');
  });
});

describe('when the queue’s item is too hot', () => {
  const hotTable = (state?: Partial<QueueState>) =>
    ({
      get: async () => {
        if (!state) throw new Problem('upstream_unavailable', 'Too hot.');
        return toStored(state, QUEUE_ATTRIBUTES);
      },
      update: () => Promise.reject(new Problem('upstream_unavailable', 'Too hot.')),
    }) as never as Table;

  it('players wait for a spread time instead of failing or going to AWS, longer where the queue is longer', async () => {
    const { aws, deps, clock } = await storm();
    const waits: number[] = [];
    for (const random of [0, 0.5, 0.99]) {
      const hot = hotTable({ queueingUntil: START + 1e6, nextFreeAt: START + 60_000 });
      const queue = admissionQueueOver(hot, clock, { random: () => random });
      const heard = await told(reconnect(await ownSession(deps), { ...deps, admissionQueue: () => queue }));
      expect(heard).toMatchObject({ code: 'paced' });
      waits.push((heard as { retryAfterMs: number }).retryAfterMs);
    }
    expect(waits).toEqual([1000, 16_000, 30_700]);
    const blind = admissionQueueOver(hotTable(), clock, { random: () => 0.5 });
    expect(await told(reconnect(await ownSession(deps), { ...deps, admissionQueue: () => blind }))).toEqual({
      code: 'paced',
      retryAfterMs: 2000,
    });
    expect(aws.tokens).toEqual([]);
  });
});

describe('while nobody waits', () => {
  it('a lone throttle costs its player a moment, not a second request', async () => {
    let throttles = 1;
    const { deps } = reconnectWith(real.table, {
      connect: async () => {
        if (throttles-- > 0) throw refusal('throttled');
        return 'answer';
      },
      seen: undefined,
      tokens: [],
    } satisfies FakeAws);
    expect(await code(reconnect(await ownSession(deps), deps))).toBe('none');
    expect(throttles).toBe(-1);
  });

  it('a busy sandbox does not read more than five times a second', async () => {
    const clock = { now: START };
    const queue = admissionQueueOver(real.table, clock);
    real.operations.length = 0;
    for (; clock.now < START + 1000; clock.now += 10) expect(await queue.admit(NEVER)).toBe('notQueued');
    expect(real.operations).toEqual(Array(5).fill('get (stale)'));
  });
});
