import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StartDependencies } from '../../../lambdas/routes/start/dependencies.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { code, refusal, sharedTable, startRequest, tableGone, told } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();

/** AWS that repeats a session for a client token it knows, as the service documents. */
function broker(limits = { maxLiveSessionsPerPlayer: 1, startsPerMinute: 100 }) {
  const clock = { now: 1_800_000_000_000 };
  const aws = {
    sessions: new Map<string, string>(),
    seen: 'ACTIVE' as string,
    looks: 0,
    before: async () => {},
  };
  const deps = startWith(
    real.table,
    clock,
    async (clientToken) => {
      await aws.before();
      const id = aws.sessions.get(clientToken) ?? randomUUID();
      aws.sessions.set(clientToken, id);
      return id;
    },
    {
      limits,
      async lookUpStatus() {
        aws.looks++;
        return aws.seen === 'unknown' ? undefined : { status: aws.seen as 'ACTIVE' };
      },
    },
  );
  return { aws, deps, clock };
}

/** Writes a slot so many times, and then its function is killed. */
function dyingAfter(writes: number, write: StartDependencies['slots']['write']): typeof write {
  let left = writes;
  return (...args) => (left-- > 0 ? write(...args) : Promise.reject(new Error('killed')));
}

describe('a start', () => {
  it('of ten different requests at once begins one session: the limit holds under a race', async () => {
    const { aws, deps } = broker();
    // AWS answers only when the nine others have been refused, or one might come late and find the session.
    const nine = Promise.withResolvers<void>();
    aws.before = () => nine.promise;
    const { playerId } = startRequest();
    const outcomes: string[] = [];
    const all = Array.from({ length: 10 }, async () => {
      if (outcomes.push(await code(start(startRequest({ playerId }), deps))) === 9) nine.resolve();
    });
    await Promise.all(all);
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'connection_in_progress')).toHaveLength(9);
    expect(aws.sessions.size).toBe(1);
  });

  it('whose function died is repeated with the same client token: one session, and the player owns it', async () => {
    const { aws, deps, clock } = broker();
    const request = startRequest();
    const dying = { ...deps, sessions: { ...deps.sessions, add: () => Promise.reject(new Error('killed')) } };
    await start(request, dying).catch(() => {});
    expect(await code(start(request, deps))).toBe('connection_in_progress');
    clock.now = request.endsBy + 501;
    const { body } = await start({ ...request, endsBy: clock.now + 15_000 }, deps);
    expect(aws.sessions.size).toBe(1);
    const streamSessionId = JSON.parse(body).streamSession.streamSessionId;
    expect(
      await deps.sessions.read({ playerId: request.playerId, streamGroupId: 'sg-1', streamSessionId }),
    ).toBeDefined();
  });

  it('with the same key but any other parameter is refused, not silently answered with the other session', async () => {
    const { deps } = broker();
    const request = startRequest({ key: 'key' });
    await start(request, deps);
    expect(await code(start({ ...request, application: 'a-2' }, deps))).toBe('idempotency_key_reused');
  });

  it('that AWS refused says why, even where the table fails to give the slot back', async () => {
    const { aws, deps } = broker();
    aws.before = () => Promise.reject(refusal('conflict'));
    let writes = 0;
    const write: StartDependencies['slots']['write'] = (...args) =>
      ++writes === 2 ? tableGone() : deps.slots.write(...args);
    const failing = { ...deps, slots: { ...deps.slots, write } };
    expect(await code(start(startRequest(), failing))).toBe('stream_group_unavailable');
  });

  it('that AWS refused leaves the slot free for the next one', async () => {
    const { aws, deps } = broker();
    const request = startRequest();
    aws.before = () => Promise.reject(refusal('conflict'));
    expect(await code(start(request, deps))).toBe('stream_group_unavailable');
    aws.before = async () => {};
    expect(await code(start(startRequest({ playerId: request.playerId }), deps))).toBe('none');
  });

  it('whose answer AWS lost and does not repeat is lost: the player learns when the unknown session is over, and gets in then', async () => {
    const { aws, deps, clock } = broker();
    const request = startRequest({ key: 'k1' });
    const ask = (changes = {}) => told(start({ ...request, endsBy: clock.now + 15_000, ...changes }, deps));
    // AWS took it, and its answer is gone.
    aws.before = () => Promise.reject(refusal('timeout'));
    expect(await ask()).toMatchObject({ code: 'upstream_timeout' });
    // A placement of 90 s at most, and then nobody connects for the 120 s of the group.
    aws.before = () => Promise.reject(refusal('conflict'));
    clock.now += 10_000;
    expect(await ask()).toEqual({ code: 'answer_lost', retryAfterMs: 200_000 });
    clock.now += 100_000;
    expect(await ask()).toEqual({ code: 'answer_lost', retryAfterMs: 100_000 });
    clock.now += 100_000;
    aws.before = async () => {};
    expect(await ask({ key: 'k2', signalRequest: 'offer-2' })).toMatchObject({ code: 'none' });
  });

  it('is not forgotten over a refusal in between: AWS still knows the token', async () => {
    for (const between of ['throttled', 'quota', 'denied'] as const) {
      const { aws, deps, clock } = broker();
      const request = startRequest();
      for (const kind of ['timeout', between] as const) {
        aws.before = () => Promise.reject(refusal(kind));
        expect(await code(start(request, deps))).not.toBe('none');
      }
      aws.before = () => Promise.reject(refusal('conflict'));
      clock.now += 2000;
      expect([between, await code(start(request, deps))]).toEqual([between, 'answer_lost']);
    }
  });

  it('is lost at once where AWS answers its own repetition with a conflict, or without the session', async () => {
    for (const lost of [refusal('conflict', true), refusal('answerless', true)]) {
      const { aws, deps } = broker();
      aws.before = () => Promise.reject(lost);
      expect(await told(start(startRequest(), deps))).toEqual({ code: 'answer_lost', retryAfterMs: 210_000 });
    }
  });

  it('of a function that died is waited for from its death on, and a session that it recorded is found', async () => {
    const { aws, deps, clock } = broker();
    const request = startRequest({ key: 'k1' });
    const dying = { ...deps, slots: { ...deps.slots, write: dyingAfter(1, deps.slots.write) } };
    await start(request, dying).catch(() => {});
    clock.now = request.endsBy + 10_500;
    aws.before = () => Promise.reject(refusal('conflict'));
    expect(await told(start({ ...request, endsBy: clock.now + 15_000 }, deps))).toEqual({
      code: 'answer_lost',
      retryAfterMs: 200_000,
    });
    aws.before = async () => {};
    const anew = startRequest({ playerId: request.playerId, endsBy: clock.now + 15_000 });
    expect(await code(start(anew, deps))).toBe('session_limit_reached');
  });

  it('is refused beside a live session, allowed beside a dead one, and asks AWS which it is', async () => {
    const { aws, deps, clock } = broker();
    const { playerId } = startRequest();
    await start(startRequest({ playerId }), deps);
    expect(await code(start(startRequest({ playerId }), deps))).toBe('session_limit_reached');
    aws.seen = 'ERROR';
    clock.now += 2000;
    expect(await code(start(startRequest({ playerId }), deps))).toBe('none');
    expect(aws.sessions.size).toBe(2);
  });

  it('has as many sessions as the settings allow, and no more', async () => {
    const { aws, deps } = broker({ maxLiveSessionsPerPlayer: 2, startsPerMinute: 100 });
    const { playerId } = startRequest();
    const outcomes: string[] = [];
    for (let i = 0; i < 3; i++) outcomes.push(await code(start(startRequest({ playerId }), deps)));
    expect(outcomes).toEqual(['none', 'none', 'session_limit_reached']);
    expect(aws.sessions.size).toBe(2);
  });

  it('too often is refused before it reaches AWS', async () => {
    const { aws, deps } = broker({ maxLiveSessionsPerPlayer: 1, startsPerMinute: 2 });
    const { playerId } = startRequest();
    aws.before = () => Promise.reject(refusal('conflict'));
    const outcomes: string[] = [];
    for (let i = 0; i < 3; i++) outcomes.push(await code(start(startRequest({ playerId }), deps)));
    expect(outcomes).toEqual(['stream_group_unavailable', 'stream_group_unavailable', 'too_many_requests']);
  });

  it('by players who come on their tickets is free for as long as it is AWS that throttles them', async () => {
    const { aws, deps } = broker({ maxLiveSessionsPerPlayer: 1, startsPerMinute: 2 });
    const { playerId } = startRequest();
    aws.before = () => Promise.reject(refusal('throttled'));
    const outcomes: string[] = [];
    for (let i = 0; i < 5; i++) outcomes.push(await code(start(startRequest({ playerId }), deps)));
    expect(outcomes).toEqual(Array(5).fill('paced'));
  });
});

describe("a player beside a session of the player's own", () => {
  /** A player with one session, two seconds later. */
  async function beside(limits?: Parameters<typeof broker>[0]) {
    const made = broker(limits);
    const { playerId } = startRequest();
    await start(startRequest({ playerId }), made.deps);
    made.clock.now += 2000;
    return { ...made, playerId };
  }

  it("who starts again and again uses up a rate limit and one status lookup a second, not the account's quota", async () => {
    const { aws, deps, playerId } = await beside({ maxLiveSessionsPerPlayer: 1, startsPerMinute: 6 });
    for (let i = 0; i < 40; i++) await code(start(startRequest({ playerId }), deps));
    expect(aws.looks).toBe(1);
  });

  it('is not kept from starting by one in a stream group that is served no more', async () => {
    const { deps, playerId } = await beside();
    const group = { ...startRequest().group, id: 'sg-2' };
    expect(
      await code(start(startRequest({ playerId, group }), { ...deps, streamGroups: [{ id: 'sg-2' }] })),
    ).toBe('none');
  });

  it('is not kept from starting by one past its length, whatever AWS says about it', async () => {
    const { aws, deps, clock, playerId } = await beside();
    aws.seen = 'unknown';
    clock.now += 2 * 3_600_000;
    expect(await code(start(startRequest({ playerId, endsBy: clock.now + 15_000 }), deps))).toBe('none');
  });

  it('is kept from starting by one whose status AWS does not answer', async () => {
    const { aws, deps, playerId } = await beside();
    aws.seen = 'unknown';
    expect(await code(start(startRequest({ playerId }), deps))).toBe('session_limit_reached');
  });

  it('of two, one dead, may start another: the dead one need not be the first', async () => {
    const { deps, clock, playerId } = await beside({ maxLiveSessionsPerPlayer: 2, startsPerMinute: 100 });
    const second = JSON.parse((await start(startRequest({ playerId }), deps)).body).streamSession
      .streamSessionId;
    clock.now += 2000;
    const look: StartDependencies['lookUpStatus'] = async ({ streamSessionId }) => ({
      status: streamSessionId === second ? 'TERMINATED' : 'ACTIVE',
    });
    expect(await code(start(startRequest({ playerId }), { ...deps, lookUpStatus: look }))).toBe('none');
  });

  it('that has a record but no slot, since the table failed there, counts all the same', async () => {
    const { aws, deps, clock } = broker();
    const { playerId } = startRequest();
    let writes = 0;
    const write: StartDependencies['slots']['write'] = (...args) =>
      ++writes === 2 ? tableGone() : deps.slots.write(...args);
    await code(start(startRequest({ playerId }), { ...deps, slots: { ...deps.slots, write } }));
    clock.now += 16_000;
    const next = startRequest({ playerId, endsBy: clock.now + 15_000 });
    expect(await code(start(next, deps))).toBe('session_limit_reached');
    expect(aws.sessions.size).toBe(1);
  });
});
