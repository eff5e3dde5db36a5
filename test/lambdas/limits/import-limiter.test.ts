import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AwsStreamSession } from '../../../lambdas/gameliftstreams/calls.ts';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { Problem } from '../../../lambdas/problems/problems.ts';
import { type ImportDependencies, importSession } from '../../../lambdas/sessions/import-session.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { quiet, sharedTable, told } from '../broker.ts';

const real = sharedTable();

/** Adoption over a real table, in a Region of its own: five lookups a second for all. AWS knows every session, as its owner's. */
function adopting(missesPerMinute = 10) {
  const clock = { now: 1_800_000_000_000 };
  const aws = { looks: [] as number[] };
  const deps: ImportDependencies = {
    sessions: sessionTable(real.table),
    importLimiter: tableImportLimiter(real.table),
    lookupLimiterIn: () => ({ take: async () => true, slowDown: async () => {} }),
    async getStreamSession(_group, streamSessionId) {
      aws.looks.push(clock.now);
      return { status: 'ACTIVE', userId: streamSessionId.split('.')[0] } as AwsStreamSession;
    },
    settings: {
      adoption: { enabled: true, quotaShare: 0.25 },
      limits: { missesPerMinute },
      quotas: { GetStreamSession: 20 },
      streamGroups: [
        { id: 'sg-1', region: randomUUID(), connectionTimeoutSeconds: 120, sessionLengthSeconds: 3600 },
      ],
    } as never,
    now: () => clock.now,
    random: () => 0.5,
    log: quiet,
  };
  const ask = (playerId: string, streamSessionId: string) =>
    told(
      importSession(
        { playerId, streamGroupId: 'sg-1', streamSessionId },
        clock.now + 5000,
        newRequestMetrics(),
        deps,
      ),
    );
  const guess = (playerId: string) => ask(playerId, `somebody.${randomUUID()}`);
  const own = (playerId: string) => ask(playerId, `${playerId}.session`);
  return {
    clock,
    aws,
    guess,
    own,
    names: (count: number) => Array.from({ length: count }, () => randomUUID()),
  };
}

describe('importing sessions', () => {
  it('lets every owner in while 18 accounts guess together just after each full second', async () => {
    const { clock, guess, own, names } = adopting();
    const guessers = names(18);
    const waiting = new Map(names(20).map((owner, at) => [owner, clock.now + 300 + at * 300]));
    const heard = new Set<string>();
    for (let step = 0; step < 120 && waiting.size > 0; step++, clock.now += 100) {
      if (step % 10 === 0) await Promise.all(guessers.map(guess));
      for (const [owner, at] of waiting) {
        if (at > clock.now) continue;
        const { code, retryAfterMs = 0 } = await own(owner);
        heard.add(code);
        if (code === 'none') waiting.delete(owner);
        else waiting.set(owner, clock.now + retryAfterMs);
      }
    }
    expect([...waiting.keys()]).toEqual([]);
    expect(heard).not.toContain('too_many_requests');
  });

  it('charges no player whom the shared limit refused: an owner is refused by it ten times and still let in', async () => {
    const { clock, own, guess, names } = adopting(1);
    const [owner = ''] = names(1);
    await Promise.all(names(10).map(guess));
    for (let time = 0; time < 10; time++) expect((await own(owner)).code).toBe('paced');
    clock.now += 1500;
    expect((await own(owner)).code).toBe('none');
  });

  it('keeps half of the shared limit for players who have not just guessed', async () => {
    const { guess, own, names, clock } = adopting(1000);
    const [guesser = '', owner = ''] = names(2);
    const codes: string[] = [];
    for (let time = 0; time < 8; time++) codes.push((await guess(guesser)).code);
    // One as a first, and what others may have.
    expect(codes.filter((code) => code === 'none').length).toBeLessThanOrEqual(3);
    expect((await own(owner)).code).toBe('none');
    expect((await guess(guesser)).code).toBe('paced');
    expect(clock.now).toBe(1_800_000_000_000);
  });

  it('does not heat the shared item by a player who repeats requests while there is no room', async () => {
    const { guess, names } = adopting();
    const [guesser = ''] = names(1);
    await Promise.all(names(10).map(guess));
    await guess(guesser);
    real.operations.length = 0;
    for (let time = 0; time < 20; time++) expect((await guess(guesser)).code).toBe('paced');
    expect(real.operations).toEqual(Array(20).fill('get'));
  });

  it('calls AWS no more often than the share and its burst allow, across the edges of seconds', async () => {
    const { clock, aws, guess, names } = adopting();
    for (let step = 0; step < 20; step++, clock.now += 100) await Promise.all(names(2).map(guess));
    for (const from of aws.looks) {
      expect(aws.looks.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(10);
    }
    expect(aws.looks.length).toBeLessThanOrEqual(5 * 2 + 5);
  });

  it('holds one player to its own rate limit, also where it asks for many at once', async () => {
    const { clock, aws, guess, names } = adopting(10);
    const [guesser = ''] = names(1);
    for (let second = 0; second < 20; second++, clock.now += 1000) {
      await Promise.all(Array.from({ length: 4 }, () => guess(guesser)));
    }
    // Ten at once, and one more each six seconds.
    expect(aws.looks.length).toBeLessThanOrEqual(14);
    expect((await guess(guesser)).code).toBe('too_many_requests');
  });
});

describe('the limit of lookups', () => {
  const NOW = 1_800_000_000_000;

  /** Lookups in a Region of their own, as one sandbox asks for them. @param table what the sandbox has as its table */
  function lookups({
    perSecond = 5,
    perMinute = 1000,
    region = randomUUID(),
    table = real.table,
    takeLookup = async () => true,
  } = {}) {
    const limiter = tableImportLimiter(table);
    return (playerId: string, now = NOW) =>
      limiter.take({ playerId, region, perMinute, perSecond, takeLookup }, now);
  }
  const SHARED = { whose: 'shared', waitMs: 1000 };
  const allowed = (answers: unknown[]) => answers.filter((answer) => answer === undefined).length;
  const several = (count: number, ask: () => Promise<unknown>) =>
    Promise.all(Array.from({ length: count }, ask));

  it('counts only one of several simultaneous lookups of a player as the first, so one player never gets all places', async () => {
    const ask = lookups();
    const playerId = randomUUID();
    // One place as the first of five, and two of the half that is for everybody.
    expect(allowed(await several(8, () => ask(playerId)))).toBeLessThanOrEqual(3);
  });

  it('gives a player who just looked one up no more than the half that is for everybody', async () => {
    const ask = lookups();
    const [playerId, other] = [randomUUID(), randomUUID()];
    expect(await ask(playerId)).toBeUndefined();
    expect(await ask(playerId)).toBeUndefined();
    expect(await ask(playerId)).toEqual(SHARED);
    expect(await ask(other)).toBeUndefined();
  });

  it('makes a player first again a minute later, and not a millisecond earlier', async () => {
    for (const [after, answer] of [
      [59_999, SHARED],
      [60_000, undefined],
    ] as const) {
      const [ask, playerId] = [lookups(), randomUUID()];
      expect(await ask(playerId)).toBeUndefined();
      for (let other = 0; other < 3; other++) {
        expect(await ask(randomUUID(), NOW + after)).toBeUndefined();
      }
      expect(await ask(playerId, NOW + after)).toEqual(answer);
    }
  });

  it('lets two players in at once where the share is a single lookup a second, and never one who just had one', async () => {
    const ask = lookups({ perSecond: 1 });
    const [one, two, three] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await ask(one)).toBeUndefined();
    expect(await ask(one)).toEqual(SHARED);
    expect(await ask(two)).toBeUndefined();
    expect(await ask(three)).toEqual(SHARED);
  });

  it('keeps a refused player first for the next request: the refusal costs an owner nothing', async () => {
    const region = randomUUID();
    await Promise.all(Array.from({ length: 5 }, () => lookups({ region })(randomUUID())));
    const owner = randomUUID();
    // Another sandbox, which does not know yet that there is no room.
    expect(await lookups({ region })(owner)).toEqual(SHARED);
    // Now there is room for a first alone.
    expect(await lookups({ region })(owner, NOW + 600)).toBeUndefined();
  });

  it('keeps a player first, too, where AWS has no call to give, and charges nothing', async () => {
    const [region, owner] = [randomUUID(), randomUUID()];
    const refused = lookups({ region, perMinute: 1, takeLookup: async () => false });
    expect(await refused(owner)).toEqual(SHARED);
    await several(3, () => lookups({ region })(randomUUID()));
    expect(await lookups({ region, perMinute: 1 })(owner)).toBeUndefined();
  });

  it('leaves an admitted first lookup as it was when a second request is refused', async () => {
    const [region, playerId] = [randomUUID(), randomUUID()];
    expect(await lookups({ region })(playerId)).toBeUndefined();
    expect(await lookups({ region })(playerId)).toBeUndefined();
    // Each in a sandbox that does not know of the others.
    for (let time = 0; time < 3; time++) expect(await lookups({ region })(playerId)).toEqual(SHARED);
  });

  it('refuses as it would where the table fails while the privilege is given back; a defect of ours is not hidden', async () => {
    const failing = (error: Error): typeof real.table => ({
      ...real.table,
      update: (key, update) =>
        update.update.startsWith('REMOVE') ? Promise.reject(error) : real.table.update(key, update),
    });
    const takeLookup = async () => false;
    const down = new Problem('upstream_unavailable', 'down');
    expect(await lookups({ table: failing(down), takeLookup })(randomUUID())).toEqual(SHARED);
    const defect = new TypeError('defect');
    await expect(lookups({ table: failing(defect), takeLookup })(randomUUID())).rejects.toBe(defect);
  });

  it('makes a player who is over its own limit wait, without a place of what all share', async () => {
    const [region, guesser] = [randomUUID(), randomUUID()];
    const ask = lookups({ region, perMinute: 2 });
    expect([await ask(guesser), await ask(guesser)]).toEqual([undefined, undefined]);
    for (let time = 0; time < 5; time++) expect(await ask(guesser)).toEqual({ whose: 'own', waitMs: 30_000 });
    expect(allowed(await several(3, () => lookups({ region })(randomUUID())))).toBe(3);
  });

  it('names the wait of its own limit to a player whose other request was quicker', async () => {
    const ask = lookups({ perMinute: 1, perSecond: 100 });
    const playerId = randomUUID();
    const answers = await several(4, () => ask(playerId));
    expect(allowed(answers)).toBe(1);
    expect(answers.filter((answer) => answer !== undefined)).toEqual(
      Array(3).fill({ whose: 'own', waitMs: 60_000 }),
    );
  });

  it('asks the table again as soon as there may be room: a player waits no millisecond too long', async () => {
    const ask = lookups();
    await several(6, () => ask(randomUUID()));
    expect(await ask(randomUUID(), NOW + 199)).toEqual(SHARED);
    expect(await ask(randomUUID(), NOW + 200)).toBeUndefined();
  });

  it('costs one write a place, whether or not the schedule is in use, and reads back no more than it needs', async () => {
    const ask = lookups({ perSecond: 100 });
    const playerId = randomUUID();
    const cost = async (now: number) => {
      real.operations.length = 0;
      await ask(playerId, now);
      return real.operations.length;
    };
    // The read, the claim of being first, a place of the shared schedule and one of the player's own.
    expect(await cost(NOW)).toBe(4);
    // Not first any more: of both schedules the player's own is known to be in use.
    expect(await cost(NOW + 100)).toBe(3);
  });

  it('forgets players after three minutes', async () => {
    const playerId = randomUUID();
    await lookups()(playerId);
    expect(await real.table.get({ pk: playerId, sk: 'MISSES' })).toMatchObject({ ttl: NOW / 1000 + 180 });
  });
});
