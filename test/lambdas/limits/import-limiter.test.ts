import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AwsStreamSession } from '../../../lambdas/gameliftstreams/calls.ts';
import { tableImportLimiter } from '../../../lambdas/limits/import-limiter.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
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
