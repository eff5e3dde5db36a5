import { describe, expect, it } from 'vitest';
import { Problem } from '../../../lambdas/problems/problems.ts';
import type { ReconnectRequest } from '../../../lambdas/routes/reconnect/dependencies.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import {
  code,
  type FakeAws,
  ownSession,
  reconnectWith,
  refusal,
  sharedTable,
  told,
  withoutLastWrite,
} from '../broker.ts';

const real = sharedTable();

function broker(connect: FakeAws['connect'] = async () => 'answer', seen?: FakeAws['seen']) {
  const aws: FakeAws = { connect, seen, tokens: [] };
  return { aws, ...reconnectWith(real.table, aws) };
}

describe("a session that is not the caller's", () => {
  it('and one that nobody has cost the same table operations and get the same refusal', async () => {
    const { deps, aws } = broker();
    const theirs = await ownSession(deps);
    const sequences: unknown[] = [];
    for (const streamSessionId of [theirs.streamSessionId, 'no-such-session']) {
      real.operations.length = 0;
      const asked: ReconnectRequest = { ...theirs, playerId: 'somebody-else', streamSessionId };
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
  it('costs two table writes and one cheap read beside its AWS call', async () => {
    const { deps, aws } = broker();
    const asked = await ownSession(deps);
    real.operations.length = 0;
    await reconnect(asked, deps);
    expect(real.operations).toEqual(['update', 'get (stale)', 'update']);
    expect(aws.tokens).toHaveLength(1);
  });

  it('repeated, is one AWS call and the same bytes, also after another session status was seen', async () => {
    const { deps, aws, clock } = broker();
    const asked = await ownSession(deps);
    const first = await reconnect(asked, deps);
    clock.now += 5000;
    await deps.sessions.writeStatus(asked, { status: 'CONNECTED', statusAt: clock.now });
    const again = await reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps);
    expect(again).toEqual({ body: first.body, replayed: true });
    expect(aws.tokens).toHaveLength(1);
  });

  it('twenty at once are one AWS call; the others have to repeat and then get its answer', async () => {
    const answer = Promise.withResolvers<string>();
    const { deps, aws } = broker(() => answer.promise);
    const asked = await ownSession(deps);
    const outcomes: string[] = [];
    const all = Array.from({ length: 20 }, async () => {
      // AWS answers only when the nineteen others have been refused, or one might come late and find the answer.
      if (outcomes.push(await code(reconnect(asked, deps))) === 19) answer.resolve('answer');
    });
    await Promise.all(all);
    expect(outcomes.filter((outcome) => outcome === 'connection_in_progress')).toHaveLength(19);
    expect(outcomes.at(-1)).toBe('none');
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
    const late = Promise.withResolvers<string>();
    const called = Promise.withResolvers<void>();
    const { deps, aws, clock } = broker(() => {
      called.resolve();
      return late.promise;
    });
    const slow = await ownSession(deps);
    const slowly = code(reconnect(slow, deps));
    await called.promise;

    clock.now = slow.endsBy + 501;
    aws.connect = async () => 'newer';
    const newer = { ...slow, key: 'newer', signalRequest: 'newer-offer', endsBy: clock.now + 10_000 };
    const { body } = await reconnect(newer, deps);
    late.resolve('older');
    expect(await slowly).toBe('connection_in_progress');
    expect(await reconnect(newer, deps)).toEqual({ body, replayed: true });
  });
});

describe('a table that is late once AWS has answered', () => {
  it('keeps the answer from being repeated, not from the player', async () => {
    const { deps } = broker();
    const asked = await ownSession(deps);
    const errors: unknown[] = [];
    const log = { ...deps.log, error: (...line: unknown[]) => errors.push(line) };
    const finish = () => new Promise<never>(() => {});
    const late = {
      ...deps,
      log,
      records: { ...deps.sessions, finish },
      withTimeLimit: async () => 'late' as const,
    };
    expect(JSON.parse((await reconnect(asked, late)).body).signalResponse).toBe('answer');
    expect(errors).toEqual([['answer not stored', { cause: 'late' }]]);
  });
});

describe('two functions that die in a row', () => {
  it('leave both their offers used up: neither is ever sent to AWS under another client token', async () => {
    let die = true;
    const { deps, aws, clock } = broker(async () => {
      if (die) throw new Error('killed');
      return 'answer';
    });
    const first = await ownSession(deps);
    await reconnect(first, deps).catch(() => {});
    clock.now += 11_000;
    const second = { ...first, key: 'k2', signalRequest: 'o2', endsBy: clock.now + 10_000 };
    await reconnect(second, deps).catch(() => {});
    clock.now += 11_000;
    die = false;
    expect(await code(reconnect({ ...first, key: 'k3', endsBy: clock.now + 10_000 }, deps))).toBe(
      'offer_reused',
    );
    expect(new Set(aws.tokens).size).toBe(2);
  });
});

describe('the rightful device does not get taken_over by its own requests', () => {
  it('when one that it gave up arrives late, after a newer one was answered', async () => {
    const { deps } = broker();
    const first = { ...(await ownSession(deps)), previousConnectionId: 'c0' };
    const second = { ...first, key: 'k2', signalRequest: 'o2' };
    const { connectionId } = JSON.parse((await reconnect(second, deps)).body);
    await reconnect(first, deps);
    const third = { ...first, key: 'k3', signalRequest: 'o3', previousConnectionId: connectionId };
    expect(await code(reconnect(third, deps))).toBe('none');
  });

  it('when its newest answer reached it, but not the table', async () => {
    const { deps, clock } = broker();
    const asked = { ...(await ownSession(deps)), previousConnectionId: 'c0' };
    const { body } = await reconnect(asked, withoutLastWrite(deps));
    const previousConnectionId = JSON.parse(body).connectionId;
    const next = { ...asked, key: 'k2', signalRequest: 'o2', previousConnectionId };
    const stranger = { ...next, key: 'k3', signalRequest: 'o3', previousConnectionId: 'c-other' };
    expect(await code(reconnect(next, deps))).toBe('connection_in_progress');
    expect(await code(reconnect(stranger, deps))).toBe('taken_over');
    clock.now = asked.endsBy + 501;
    const endsBy = clock.now + 10_000;
    expect(await code(reconnect({ ...stranger, endsBy }, deps))).toBe('taken_over');
    expect(await code(reconnect({ ...next, endsBy }, deps))).toBe('none');
  });
});

describe('two devices of a player, of which one insisted and the table lost its connection', () => {
  /** The session after it: `theirs` is the connection of the device that insisted. The other device names `c0`. */
  async function contested() {
    const { deps, aws, clock } = broker();
    const asked = await ownSession(deps);
    const { body } = await reconnect(asked, withoutLastWrite(deps));
    const again = (offer: string, previousConnectionId: string) => {
      clock.now += 60_000;
      const next = { ...asked, key: offer, signalRequest: offer, endsBy: clock.now + 10_000 };
      return reconnect({ ...next, previousConnectionId }, deps);
    };
    return { aws, again, theirs: JSON.parse(body).connectionId as string };
  }

  it('the one that had it gets it back, and the other one is told so instead of taking it again', async () => {
    const { again, theirs } = await contested();
    const mine = JSON.parse((await again('mine-1', 'c0')).body).connectionId;
    expect(await code(again('theirs-2', theirs))).toBe('taken_over');
    expect(await code(again('mine-2', mine))).toBe('none');
  });

  it('the one that insisted keeps it where it comes back first', async () => {
    const { again, theirs } = await contested();
    const newest = JSON.parse((await again('theirs-2', theirs)).body).connectionId;
    expect(await code(again('mine-1', 'c0'))).toBe('taken_over');
    expect(await code(again('theirs-3', newest))).toBe('none');
  });

  it.each(['mine', 'theirs'])(
    'a refused request decides nothing: %s may still be the first to come back',
    async (first) => {
      const { aws, again, theirs } = await contested();
      aws.connect = () => Promise.reject(refusal('throttled'));
      expect(await code(again('refused', 'c0'))).toBe('paced');
      aws.connect = async () => 'answer';
      const [winner, loser] = first === 'mine' ? ['c0', theirs] : [theirs, 'c0'];
      expect(await code(again('winner', winner))).toBe('none');
      expect(await code(again('loser', loser))).toBe('taken_over');
    },
  );
});

describe('when AWS refuses', () => {
  it('with Validation a session that was ready a moment later, a good offer is not refused for good', async () => {
    const { deps, aws } = broker(
      async () => {
        if (aws.tokens.length === 1) throw refusal('invalid');
        return 'answer';
      },
      { status: 'PENDING_CLIENT_RECONNECTION' },
    );
    expect(await code(reconnect(await ownSession(deps), deps))).toBe('none');
  });

  it('to repeat its answer and says so by answering without one, the client makes a new offer', async () => {
    const { deps } = broker(() => Promise.reject(refusal('answerless', true)));
    expect(await code(reconnect(await ownSession(deps), deps))).toBe('answer_lost');
  });

  it('a throttled request may be repeated as it is: its offer is not used up, and its lease is given back', async () => {
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

  it('an unknown outcome uses up the offer for everybody but the request itself', async () => {
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

  it('a session that became ready between refusal and status lookup is asked for once more, with the same token', async () => {
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

  it('a session found ended is stored as ended: AWS is not asked about it again', async () => {
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

describe('a stored answer that cannot be unpacked', () => {
  it('is lost, and no defect that raises an alarm: with a new offer the player gets in', async () => {
    const { deps, clock } = broker();
    const asked = await ownSession(deps);
    await reconnect(asked, deps);
    await real.table.update(
      { pk: asked.playerId, sk: `SESSION#${asked.streamGroupId}#${asked.streamSessionId}` },
      { update: 'SET answer = :spoilt', values: { ':spoilt': new Uint8Array([1, 2, 3]) } },
    );
    expect(await told(reconnect(asked, deps))).toEqual({ code: 'answer_lost', retryAfterMs: 1000 });
    clock.now += 1000;
    const anew = { ...asked, key: 'k2', signalRequest: 'o2', endsBy: clock.now + 10_000 };
    expect(await code(reconnect(anew, deps))).toBe('none');
  });
});

describe('a player who sends too many requests', () => {
  it('gets a wait before anything reaches AWS, and is let in again afterwards', async () => {
    const { deps, aws, clock } = broker(() => Promise.reject(refusal('conflict')));
    const asked = await ownSession(deps);
    const outcomes: string[] = [];
    for (let i = 0; i < 40; i++) outcomes.push(await code(reconnect(asked, deps)));
    expect(outcomes.filter((outcome) => outcome === 'session_not_reconnectable')).toHaveLength(30);
    expect(aws.tokens).toHaveLength(30);
    const told = await reconnect(asked, deps).catch((problem) => problem.extras.retryAfterMs);
    clock.now += told;
    expect(await code(reconnect({ ...asked, endsBy: clock.now + 10_000 }, deps))).toBe(
      'session_not_reconnectable',
    );
  });
});

describe('when the table fails', () => {
  it('after AWS has answered, the player gets the answer all the same', async () => {
    const { deps } = broker();
    const asked = await ownSession(deps);
    const broken = {
      ...deps,
      records: {
        ...deps.sessions,
        finish: () => Promise.reject(new Problem('upstream_unavailable', 'gone')),
      },
    };
    expect((await reconnect(asked, broken)).body).toContain('answer');
  });
});
