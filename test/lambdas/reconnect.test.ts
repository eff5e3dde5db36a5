import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reconnect, reconnect } from '../../lambdas/reconnect/reconnect.ts';
import { type FakeAws, ownSession, realTable, reconnectWith, refusal } from './broker.ts';

let real: Awaited<ReturnType<typeof realTable>>;
beforeAll(async () => {
  real = await realTable();
});
afterAll(() => real.close());

function broker(connect: FakeAws['connect'] = async () => 'answer', seen?: FakeAws['seen']) {
  const aws: FakeAws = { connect, seen, tokens: [] };
  return { aws, ...reconnectWith(real.table, aws) };
}

const code = (work: Promise<unknown>) => work.then(() => 'none').catch((problem) => problem.code);

describe("a session that is not the caller's", () => {
  it('and one that nobody has cost the same table operations and get the same refusal', async () => {
    const { deps, aws } = broker();
    const theirs = await ownSession(deps);
    const sequences: unknown[] = [];
    for (const streamSessionId of [theirs.streamSessionId, 'no-such-session']) {
      real.operations.length = 0;
      const asked: Reconnect = { ...theirs, playerId: 'somebody-else', streamSessionId };
      const refused = await reconnect(asked, deps).catch((problem) => ({
        code: problem.code,
        detail: problem.message,
      }));
      sequences.push([refused, [...real.operations]]);
    }
    expect(sequences[0]).toEqual(sequences[1]);
    expect(sequences[0]).toMatchObject([{ code: 'stream_session_not_found' }, ['update', 'get']]);
    expect(aws.tokens).toEqual([]);
  });
});

describe('a reconnect', () => {
  it('costs two table writes and no read beside its AWS call', async () => {
    const { deps, aws } = broker();
    const asked = await ownSession(deps);
    real.operations.length = 0;
    await reconnect(asked, deps);
    expect(real.operations).toEqual(['update', 'update']);
    expect(aws.tokens).toHaveLength(1);
  });

  it('repeated, is one AWS call and the same bytes, also after another session status was seen', async () => {
    const { deps, aws, clock } = broker();
    const asked = await ownSession(deps);
    const first = await reconnect(asked, deps);
    clock.now += 5000;
    await deps.records.observe(asked, { status: 'CONNECTED', statusAt: clock.now });
    const again = await reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps);
    expect(again).toEqual({ body: first.body, replayed: true });
    expect(aws.tokens).toHaveLength(1);
  });

  it('twenty at once are one AWS call; the others are told to repeat and then get its answer', async () => {
    const { deps, aws } = broker(async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      return 'answer';
    });
    const asked = await ownSession(deps);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => code(reconnect(asked, deps))));
    expect(outcomes.filter((outcome) => outcome === 'none')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'connection_in_progress')).toHaveLength(19);
    expect((await reconnect(asked, deps)).replayed).toBe(true);
    expect(aws.tokens).toHaveLength(1);
  });
});

describe('a function that dies, or is too slow', () => {
  it('holds the session up for its lease only; the same request then goes on with the same client token', async () => {
    let die = true;
    const { deps, aws, clock } = broker(async () => {
      if (die) throw new Error('killed');
      return 'answer';
    });
    const asked = await ownSession(deps);
    await reconnect(asked, deps).catch(() => {});
    expect(await code(reconnect(asked, deps))).toBe('connection_in_progress');

    die = false;
    clock.now = asked.endsBy + 501;
    const late = { ...asked, endsBy: clock.now + 10_000 };
    expect(await code(reconnect({ ...late, key: 'another-key' }, deps))).toBe('offer_reused');
    expect((await reconnect(late, deps)).replayed).toBe(false);
    expect(new Set(aws.tokens).size).toBe(1);
  });

  it('does not overwrite the answer of the request that came after it', async () => {
    let answerLate = (_: string) => {};
    const { deps, aws, clock } = broker(() => new Promise((resolve) => (answerLate = resolve)));
    const slow = await ownSession(deps);
    const slowly = code(reconnect(slow, deps));
    await expect.poll(() => aws.tokens.length).toBe(1);

    clock.now = slow.endsBy + 501;
    aws.connect = async () => 'newer';
    const newer = { ...slow, key: 'newer', signalRequest: 'newer-offer', endsBy: clock.now + 10_000 };
    const { body } = await reconnect(newer, deps);
    answerLate('older');
    expect(await slowly).toBe('connection_in_progress');
    expect(await reconnect(newer, deps)).toEqual({ body, replayed: true });
  });
});

describe('when AWS refuses', () => {
  it('a throttled request may be repeated as it is: its offer is not spent, and its lease is given back', async () => {
    const { deps, aws } = broker(() => Promise.reject(refusal('throttled')));
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, deps))).toBe('paced');
    aws.connect = async () => 'answer';
    expect((await reconnect(asked, deps)).replayed).toBe(false);
  });

  it('an earlier answer stays good while a newer request only fails', async () => {
    const { deps, aws } = broker();
    const asked = await ownSession(deps);
    const { body } = await reconnect(asked, deps);
    aws.connect = () => Promise.reject(refusal('throttled'));
    expect(await code(reconnect({ ...asked, key: 'k2', signalRequest: 'o2' }, deps))).toBe('paced');
    expect(await reconnect(asked, deps)).toEqual({ body, replayed: true });
  });

  it('an unknown outcome spends the offer for everybody but the request itself', async () => {
    const { deps, aws } = broker(() => Promise.reject(refusal('timeout')));
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, deps))).toBe('upstream_timeout');
    expect(await code(reconnect({ ...asked, key: 'k2' }, deps))).toBe('offer_reused');
    aws.connect = () => Promise.reject(refusal('conflict'));
    aws.seen = { status: 'ACTIVE' };
    expect(await code(reconnect(asked, deps))).toBe('answer_lost');
    aws.connect = async () => 'answer';
    expect((await reconnect({ ...asked, key: 'k3', signalRequest: 'o3' }, deps)).replayed).toBe(false);
  });

  it('a session that became ready between refusal and look is asked for once more, with the same token', async () => {
    const { deps, aws } = broker(
      async () => {
        if (aws.tokens.length === 1) throw refusal('conflict');
        return 'answer';
      },
      { status: 'PENDING_CLIENT_RECONNECTION' },
    );
    const asked = await ownSession(deps);
    expect((await reconnect(asked, deps)).replayed).toBe(false);
    expect(aws.tokens).toHaveLength(2);
    expect(new Set(aws.tokens).size).toBe(1);
  });

  it('a session found ended is remembered as ended: nobody asks AWS about it again', async () => {
    const { deps, aws } = broker(() => Promise.reject(refusal('conflict')), {
      status: 'TERMINATED',
      statusReason: 'reconnectionTimeout',
    });
    const asked = await ownSession(deps);
    expect(await code(reconnect(asked, deps))).toBe('stream_session_ended');
    expect(await code(reconnect({ ...asked, key: 'k2', signalRequest: 'o2' }, deps))).toBe(
      'stream_session_ended',
    );
    expect(aws.tokens).toHaveLength(1);
  });
});

describe('a player who hammers', () => {
  it('is told to wait before anything reaches AWS, and is let in again afterwards', async () => {
    const { deps, aws, clock } = broker(() => Promise.reject(refusal('throttled')));
    const asked = await ownSession(deps);
    const outcomes: string[] = [];
    for (let i = 0; i < 40; i++) outcomes.push(await code(reconnect(asked, deps)));
    expect(outcomes.filter((outcome) => outcome === 'paced')).toHaveLength(30);
    expect(aws.tokens).toHaveLength(30);
    const told = await reconnect(asked, deps).catch((problem) => problem.extras.retryAfterMs);
    clock.now += told;
    expect(await code(reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps))).toBe('paced');
  });
});

describe('when the table fails', () => {
  it('after AWS has answered, the player gets the answer all the same', async () => {
    const { deps } = broker();
    const asked = await ownSession(deps);
    const { Problem } = await import('../../lambdas/core/problems.ts');
    const broken = {
      ...deps,
      records: { ...deps.records, finish: () => Promise.reject(new Problem('upstream_unavailable', 'gone')) },
    };
    expect((await reconnect(asked, broken)).body).toContain('answer');
  });
});
