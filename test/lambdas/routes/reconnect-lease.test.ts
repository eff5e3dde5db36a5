import { describe, expect, it } from 'vitest';
import { ANSWER_BEFORE_END_MS } from '../../../lambdas/environment/time-limit.ts';
import type { Log } from '../../../lambdas/observability/logs.ts';
import { giveBack, storeAnswer, takeLease } from '../../../lambdas/routes/reconnect/lease.ts';
import { code, ownSession, reconnectWith, sharedTable, withoutLastWrite } from '../broker.ts';

const real = sharedTable();
const RATE = { perMinute: 30 };

/** A request of a player, with what it logs. */
async function requesting(changes: Parameters<typeof ownSession>[1] = {}) {
  const { deps, clock } = reconnectWith(real.table, {
    connect: async () => 'answer',
    seen: undefined,
    tokens: [],
  });
  const logged: string[] = [];
  const line =
    (level: string) =>
    (message: string, more: { cause?: string } = {}) =>
      void logged.push(`${level}: ${message} (${more.cause})`);
  const log: Log = { info() {}, warn: line('warn'), error: line('error') };
  const request = await ownSession(deps, changes);
  return { request, clock, logged, deps: { ...deps, log } };
}

const connection = (of: string) => ({ request: of, offer: of, previousConnectionId: 'c0' });
type Deps = Awaited<ReturnType<typeof requesting>>['deps'];
const take = (request: Awaited<ReturnType<typeof ownSession>>, deps: Deps, of = 'r1') =>
  takeLease(request, connection(of), `connection-of-${of}`, RATE, deps);

async function held() {
  const all = await requesting();
  const lease = await take(all.request, all.deps);
  if ('answer' in lease) return expect.unreachable('Nothing has been answered yet.');
  return { ...all, held: lease };
}

/** A table whose last write of a request ends so. */
const releasing = (deps: Deps, releaseLease: Deps['sessions']['releaseLease']): Deps => ({
  ...deps,
  sessions: { ...deps.sessions, releaseLease },
});
/** The table in trouble after AWS was asked, and the cause that the log names. */
const TROUBLE: readonly [string, (deps: Deps) => Deps, string][] = [
  ['late', (deps) => ({ ...deps, withTimeLimit: async () => 'late' }), 'late'],
  ['gone', (deps) => ({ ...deps, ...withoutLastWrite(deps) }), 'upstream_unavailable'],
];
const answer = { answer: new Uint8Array([1, 2, 3]) };

describe('taking the lease', () => {
  it('keeps what the next function needs, should this one die: the connection that it may have made, and which one it follows', async () => {
    const { request, deps, held: mine } = await held();
    const { lease } = (await deps.sessions.read(request)) ?? {};
    expect(lease).toEqual(mine.lease);
    expect(lease).toMatchObject({ connectionId: 'connection-of-r1', follows: 'c0', request: 'r1' });
    expect(lease?.until).toBeGreaterThan(request.endsBy);
  });

  it('is tried again where the table says no for a reason that is gone by then', async () => {
    const { request, deps } = await requesting();
    let asked = 0;
    const acquireLease: Deps['sessions']['acquireLease'] = async (...args) => {
      asked++;
      if (asked === 1) return { written: false, item: await deps.sessions.read(request) };
      return deps.sessions.acquireLease(...args);
    };
    const taken = await take(request, { ...deps, sessions: { ...deps.sessions, acquireLease } });
    expect(asked).toBe(2);
    expect('lease' in taken && taken.record.lease?.id).toBe('lease' in taken && taken.lease.id);
  });

  it('asks the player to come again where another request was quicker', async () => {
    const { request, deps } = await requesting();
    const acquireLease = async () => ({ written: false, item: await deps.sessions.read(request) });
    const busy = { ...deps, sessions: { ...deps.sessions, acquireLease } };
    expect(await code(take(request, busy))).toBe('connection_in_progress');
  });

  it('finds a session that is not in the table yet, if the player may import it', async () => {
    const { request, deps } = await requesting();
    const unknown = { ...request, streamSessionId: 'started-elsewhere' };
    expect(await code(take(unknown, deps))).toBe('stream_session_not_found');
    let deadline = 0;
    const imported = await take(unknown, {
      ...deps,
      importSession: async (key, until) => {
        deadline = until;
        const known = await deps.sessions.read(request);
        return known && deps.sessions.add({ ...known, streamSessionId: key.streamSessionId });
      },
    });
    expect('lease' in imported && imported.record.streamSessionId).toBe('started-elsewhere');
    // There must be time left for the answer.
    expect(deadline).toBeLessThan(request.endsBy);
  });
});

describe('once AWS has answered', () => {
  it('the answer is stored, and the lease given back, in one write', async () => {
    const { request, deps, held: mine, logged } = await held();
    real.operations.length = 0;
    await storeAnswer(request, mine, answer, deps);
    expect(real.operations).toEqual(['update']);
    const stored = await deps.sessions.read(request);
    expect(stored?.lease).toBeUndefined();
    expect([...(stored?.answer ?? [])]).toEqual([1, 2, 3]);
    expect(logged).toEqual([]);
  });

  it.each(TROUBLE)(
    'a table that is %s keeps no answer from the player, and the log says so',
    async (_, troubled, cause) => {
      const { request, deps, held: mine, logged } = await held();
      await storeAnswer(request, mine, answer, troubled(deps));
      expect(logged).toEqual([`error: answer not stored (${cause})`]);
    },
  );

  it('an answer whose lease is lost is worth nothing: the player has to ask again', async () => {
    const { request, deps, held: mine } = await held();
    for (const item of [undefined, await deps.sessions.read(request)]) {
      const lost = releasing(deps, async () => ({ written: false, item }));
      expect(await code(storeAnswer(request, mine, answer, lost))).toBe('connection_in_progress');
    }
    const other = { ...(await deps.sessions.read(request)), answer: new Uint8Array([9]) } as never;
    const replaced = releasing(deps, async () => ({ written: false, item: other }));
    expect(await code(storeAnswer(request, mine, answer, replaced))).toBe('connection_in_progress');
  });

  it('a write that failed on its own first effect has stored the answer', async () => {
    const { request, deps, held: mine } = await held();
    const again = releasing(deps, async (...args) => {
      await deps.sessions.releaseLease(...args);
      return { written: false, item: undefined };
    });
    expect(await code(storeAnswer(request, mine, answer, again))).toBe('none');
  });

  it('a defect is not taken for trouble of the table', async () => {
    const { request, deps, held: mine } = await held();
    const broken = releasing(deps, () => Promise.reject(new TypeError('a defect')));
    await expect(storeAnswer(request, mine, answer, broken)).rejects.toThrow(TypeError);
    await expect(giveBack(request, mine, {}, broken)).rejects.toThrow(TypeError);
  });

  it.each([
    ['9 s', 1000, 9000 - ANSWER_BEFORE_END_MS],
    ['nothing', 10_000, 400],
    ['less than nothing', 12_000, 400],
  ])(
    'a write gets the time that is left to the function, and 0.4 s at least: %s',
    async (_, after, limit) => {
      const { request, deps, clock, held: mine } = await held();
      clock.now += after;
      const limits: number[] = [];
      const withTimeLimit: Deps['withTimeLimit'] = (milliseconds, work) => {
        limits.push(milliseconds);
        return work;
      };
      await storeAnswer(request, mine, answer, { ...deps, withTimeLimit });
      expect(limits).toEqual([limit]);
    },
  );
});

describe('without an answer', () => {
  it('the lease is given back, with what is to be remembered', async () => {
    const { request, deps, held: mine, logged } = await held();
    await giveBack(request, mine, { nextFreeAt: 17 }, deps);
    const after = await deps.sessions.read(request);
    expect([after?.lease, after?.nextFreeAt]).toEqual([undefined, 17]);
    expect(logged).toEqual([]);
  });

  it.each(TROUBLE)(
    'a table that is %s does not change what the player hears, and the log says so',
    async (_, troubled, cause) => {
      const { request, deps, held: mine, logged } = await held();
      await giveBack(request, mine, {}, troubled(deps));
      expect(logged).toEqual([`warn: lease not given back (${cause})`]);
    },
  );
});
