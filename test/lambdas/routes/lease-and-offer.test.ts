import { describe, expect, it } from 'vitest';
import { ANSWER_KEPT_MS } from '../../../lambdas/routes/reconnect/dependencies.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import type { Lease } from '../../../lambdas/sessions/lease.ts';
import {
  code,
  type FakeAws,
  ownSession,
  reconnectWith,
  refusal,
  sharedTable,
  startRequest,
} from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();
const CLOCK_SKEW_MS = 500;

function broker(connect: FakeAws['connect'] = async () => 'answer') {
  const aws: FakeAws = { connect, seen: undefined, tokens: [] };
  return { aws, ...reconnectWith(real.table, aws) };
}

describe('a lease lasts until its function must be dead, or two functions would call AWS at once', () => {
  it('of a reconnect', async () => {
    let held: Lease | undefined;
    const { deps } = broker();
    const asked = await ownSession(deps);
    deps.createConnection = async () => {
      held = (await deps.sessions.read(asked))?.lease;
      return 'answer';
    };
    await reconnect(asked, deps);
    expect(held?.until).toBe(asked.endsBy + CLOCK_SKEW_MS);
  });

  it('of a start', async () => {
    let until: number | undefined;
    const request = startRequest();
    const deps = startWith(real.table, { now: 1_800_000_000_000 }, async () => {
      const [slot] = await deps.slots.read(request.playerId, 1);
      until = slot?.lease?.until;
      return 'session';
    });
    await start(request, deps);
    expect(until).toBe(request.endsBy + CLOCK_SKEW_MS);
  });
});

describe('a lease is given back', () => {
  it('where its request turns out to be answered already, since a clock went back: the next request need not wait', async () => {
    const { deps, aws, clock } = broker();
    const asked = await ownSession(deps);
    const first = await reconnect(asked, deps);
    clock.now += ANSWER_KEPT_MS;
    const { acquireLease } = deps.sessions;
    const back = {
      ...deps.sessions,
      async acquireLease(...args: Parameters<typeof acquireLease>) {
        const taken = await acquireLease(...args);
        clock.now -= 1000;
        return taken;
      },
    };
    const again = await reconnect({ ...asked, endsBy: clock.now + 10_000 }, { ...deps, sessions: back });
    expect(again).toEqual({ body: first.body, replayed: true });
    expect(aws.tokens).toHaveLength(1);
    expect((await deps.sessions.read(asked))?.lease).toBeUndefined();
  });
});

describe('an offer that AWS may have accepted', () => {
  it.each([
    ['before it throttled', () => refusal('throttled', true)],
    ['before it refused', () => refusal('conflict', true)],
    ['without an answer', () => refusal('network')],
  ])('%s is not used for another request: AWS would know it', async (_, failure) => {
    const { deps, aws } = broker(async () => {
      throw failure();
    });
    const asked = await ownSession(deps);
    await code(reconnect(asked, deps));
    aws.connect = async () => 'answer';
    expect(await code(reconnect({ ...asked, key: 'another' }, deps))).toBe('offer_reused');
  });

  it('is free again where AWS certainly did not act on it', async () => {
    const { deps, aws, clock } = broker(async () => {
      throw refusal('conflict');
    });
    aws.seen = { status: 'CONNECTED' };
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, deps))).toBe('session_not_reconnectable');
    aws.connect = async () => 'answer';
    clock.now += 5000;
    const again = { ...asked, key: 'another', endsBy: clock.now + 10_000 };
    expect(await code(reconnect(again, deps))).toBe('none');
  });

  it('is kept as used too where the refusal comes after a throttle with an unknown outcome', async () => {
    let calls = 0;
    const { deps, aws } = broker(async () => {
      throw calls++ === 0 ? refusal('throttled', true) : refusal('conflict');
    });
    aws.seen = { status: 'CONNECTED' };
    const asked = await ownSession(deps);
    await code(reconnect(asked, deps));
    aws.connect = async () => 'answer';
    expect(await code(reconnect({ ...asked, key: 'another' }, deps))).toBe('offer_reused');
  });
});
