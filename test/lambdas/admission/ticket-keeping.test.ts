import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import type { QueueState } from '../../../lambdas/admission/queue-state.ts';
import type { AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import {
  admissionQueueOver,
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
const OPERATION = 'CreateStreamSessionConnection';
const NEVER = { end: Number.POSITIVE_INFINITY };

const storm = (changes?: Partial<QueueState>, connect?: FakeAws['connect']) =>
  stormOver(real.table, changes, connect);

describe('the likely end of a session', () => {
  const halfAnHourAgo = START - 1_800_000;
  const old = { createdAt: halfAnHourAgo };
  const cases: [string, Partial<SessionRecord>][] = [
    [
      'was last polled when its start was answered',
      { status: 'ACTIVE', statusAt: halfAnHourAgo, statusSince: halfAnHourAgo },
    ],
    [
      'had to wait once before, half an hour ago, and then did not come',
      { ticket: { at: halfAnHourAgo, since: halfAnHourAgo } },
    ],
  ];

  it.each(cases)(
    'does not lie in the past of a player whose session %s: a ticket in 5 s is not called too late',
    async (_, was) => {
      const { deps } = await storm({ nextFreeAt: START + 5000 });
      const asked = await ownSession(deps, { ...old, ...was });
      const heard = await told(reconnect(asked, deps));
      expect(heard).toMatchObject({ code: 'paced', retryAfterMs: 5000 });
      expect(heard).not.toHaveProperty('mayBeTooLate');
    },
  );

  it.each(cases)('does not keep a player whose session %s out of the places of no-shows', async (_, was) => {
    const { deps } = await storm({ nextFreeAt: START + 130_000, overflowNextFreeAt: START + 20_000 });
    const asked = await ownSession(deps, { ...old, ...was });
    expect(await told(reconnect(asked, deps))).toMatchObject({ retryAfterMs: 20_000 });
  });
});

describe('an on-time return', () => {
  it("is let through whatever early returns have cost: the ticket outweighs the player's rate limit", async () => {
    const { clock, deps } = await storm({ nextFreeAt: START + 10_000 });
    const poor = { ...deps, limits: { connectionsPerMinute: 4 } };
    const asked = await ownSession(deps);
    const ask = () => told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, poor));
    expect(await ask()).toMatchObject({ code: 'paced', retryAfterMs: 10_000 });
    for (; clock.now < START + 9000; clock.now += 1000) await ask();
    clock.now = START + 10_000;
    expect(await ask()).toEqual({ code: 'none' });
  });

  it('is let through on a second ticket too: a lost ticket does not lock out a player with a low rate limit', async () => {
    const { clock, deps } = await storm({ nextFreeAt: START + 5000 });
    const poor = { ...deps, limits: { connectionsPerMinute: 1 } };
    const asked = await ownSession(deps);
    const ask = () => told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, poor));
    await ask();
    clock.now = START + 8000;
    await deps.admissionQueue().readmit(NEVER, false);
    for (let i = 0; i < 100; i++) await deps.admissionQueue().admit(NEVER);
    const second = await ask();
    expect(second).toMatchObject({ code: 'paced' });
    clock.now += second.retryAfterMs ?? 0;
    expect(await ask()).toEqual({ code: 'none' });
  });

  it('that AWS throttles gets a near ticket, also from a function that has not read the queue yet', async () => {
    // 100 calls a second: three calls of four are not counted, and so nothing is learned by counting.
    const region = randomUUID();
    const { deps, clock } = reconnectWith(real.table, {
      connect: () => Promise.reject(refusal('throttled')),
      seen: undefined,
      tokens: [],
    });
    await real.table.putNew({
      ...queueKey(OPERATION, region),
      pacingUntil: START + 600_000,
      tat: START + 100_000,
    });
    const asked = await ownSession(deps, { ticket: { at: START, since: START - 30_000 } });
    const cold = admissionQueueOver(real.table, clock, { region, quota: 100, random: () => 0.5 });
    const heard = await told(reconnect(asked, { ...deps, admissionQueue: () => cold }));
    expect(heard).toMatchObject({ code: 'paced' });
    expect(heard.retryAfterMs).toBeLessThan(3000);
  });
});

describe('the answer to a waiting player', () => {
  it('never moves the player back in the queue, whichever function answers', async () => {
    const { clock, deps, region } = await storm({ rate: 5, changedAt: START });
    const asked = await ownSession(deps);
    const ask = (queue: AdmissionQueue) =>
      told(reconnect({ ...asked, endsBy: clock.now + 10_000 }, { ...deps, admissionQueue: () => queue }));
    const first = await ask(deps.admissionQueue());
    clock.now += 1000;
    const second = await ask(admissionQueueOver(real.table, clock, { region }));
    expect(second.retryAfterMs).toBe((first.retryAfterMs ?? 0) - 1000);
    expect(second.queuePosition).toBeLessThanOrEqual(first.queuePosition ?? 0);
  });
});

describe('an answer of AWS', () => {
  it("is stored although the queue's item does not answer: counting must not cost the answer", async () => {
    const { deps } = await storm();
    const asked = await ownSession(deps, { ticket: { at: START, since: START - 1000 } });
    const stuck: AdmissionQueue = { ...deps.admissionQueue(), countCall: () => new Promise<void>(() => {}) };
    void reconnect(asked, { ...deps, admissionQueue: () => stuck });
    await expect.poll(async () => (await deps.sessions.read(asked))?.answer).toBeDefined();
  });

  it('reaches the player although counting fails through a defect of ours', async () => {
    const { deps, region } = await storm({ taken: 1, refused: 9, windowAt: START - 5000 });
    // As somebody's repair by hand, or another version, may leave it.
    await real.table.update(queueKey(OPERATION, region), {
      update: 'SET #rate = :text',
      names: { '#rate': 'rate' },
      values: { ':text': 'ten' },
    });
    const asked = await ownSession(deps, { ticket: { at: START, since: START - 1000 } });
    expect(await told(reconnect(asked, deps))).toEqual({ code: 'none' });
  });

  it('that is lost before a throttle marks the offer as used, also where the next attempt is refused for another reason', async () => {
    const answers = [refusal('throttled', true), refusal('conflict')];
    const { deps } = await storm({ nextFreeAt: 0, queueingUntil: 0 }, () => Promise.reject(answers.shift()));
    const asked = await ownSession(deps);
    await told(reconnect(asked, deps));
    expect((await deps.sessions.read(asked))?.usedOffers).toHaveLength(1);
  });
});
