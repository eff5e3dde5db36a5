import { describe, expect, it } from 'vitest';
import type { AwsStreamSession, CallBudget } from '../../../lambdas/gameliftstreams/calls.ts';
import { lookUpSession, lookUpStatus } from '../../../lambdas/gameliftstreams/status-lookup.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { refusal } from '../broker.ts';

const NOW = 1_800_000_000_000;

/** A lookup of a session, with AWS's answer or error, and what it does beside its result. */
function lookup(answer: Partial<AwsStreamSession> | Error, createdAt?: number) {
  const asked: unknown[] = [];
  const state = { slowedDown: 0 };
  const metrics = newRequestMetrics();
  const budget: CallBudget = { deadline: NOW + 5000, now: () => NOW, random: () => 0, metrics };
  const limiter = {
    take: async () => true,
    slowDown: async () => {
      state.slowedDown += 1;
    },
  };
  const get = async (...args: unknown[]) => {
    asked.push(args);
    if (answer instanceof Error) throw answer;
    return answer as AwsStreamSession;
  };
  const session = {
    streamGroupId: 'sg-1',
    streamSessionId: 's-1',
    ...(createdAt === undefined ? {} : { createdAt }),
  };
  return {
    asked,
    state,
    metrics,
    budget,
    session: () => lookUpSession(get, limiter, session, budget),
    status: () => lookUpStatus(get, limiter, session, budget),
  };
}

describe('a session that is looked up', () => {
  it('is asked for by its group and id, once, and counted', async () => {
    const { asked, budget, metrics, session } = lookup({ status: 'CONNECTED' });
    expect(await session()).toEqual({ status: 'CONNECTED' });
    expect(asked).toEqual([['sg-1', 's-1', budget]]);
    expect(metrics).toMatchObject({ lookups: 1, failedLookups: 0 });
  });

  it.each(['internal', 'timeout', 'network'] as const)(
    'that AWS fails (%s) is counted as asked and as failed, and is no end of the session',
    async (kind) => {
      const { metrics, session, state } = lookup(refusal(kind));
      await expect(session()).rejects.toMatchObject({ kind });
      expect(metrics).toMatchObject({ lookups: 1, failedLookups: 1 });
      expect(state.slowedDown).toBe(0);
    },
  );

  it('that AWS throttles makes all sandboxes ask less often', async () => {
    const { session, state } = lookup(refusal('throttled'));
    await expect(session()).rejects.toMatchObject({ kind: 'throttled' });
    expect(state.slowedDown).toBe(1);
  });

  it('is not counted where AWS surely did nothing', async () => {
    const { metrics, session, state } = lookup(refusal('denied'));
    await expect(session()).rejects.toMatchObject({ kind: 'denied' });
    expect(metrics).toMatchObject({ lookups: 0, failedLookups: 0 });
    expect(state.slowedDown).toBe(0);
  });

  it('that AWS does not know is over two minutes after its start, and not a millisecond earlier', async () => {
    expect(await lookup(refusal('notFound'), NOW - 120_000).session()).toBeUndefined();
    expect(await lookup(refusal('notFound')).session()).toBeUndefined();
    await expect(lookup(refusal('notFound'), NOW - 119_999).session()).rejects.toMatchObject({
      kind: 'internal',
    });
  });

  it('does not hide a defect of ours', async () => {
    const defect = new TypeError('defect');
    await expect(lookup(defect).session()).rejects.toBe(defect);
    await expect(lookup(defect).status()).rejects.toBe(defect);
  });
});

describe('a status that explains a refusal', () => {
  it('has its reason and its time where AWS says them, and names nothing else', async () => {
    const seen = { statusReason: 'applicationExit', lastUpdatedAt: NOW - 5000, userId: 'player' } as const;
    expect(await lookup({ status: 'TERMINATED', ...seen }).status()).toEqual({
      status: 'TERMINATED',
      statusReason: 'applicationExit',
      lastUpdatedAt: NOW - 5000,
    });
    expect(Object.keys((await lookup({ status: 'ACTIVE' }).status()) ?? {})).toEqual(['status']);
  });

  it('is TERMINATED for a session that AWS no longer knows, so its player is told to stop', async () => {
    expect(await lookup(refusal('notFound'), NOW - 600_000).status()).toEqual({ status: 'TERMINATED' });
  });

  it('is unknown where AWS does not say: the refusal itself must still reach the player', async () => {
    expect(await lookup(refusal('internal')).status()).toBeUndefined();
    expect(await lookup(refusal('notFound'), NOW - 1).status()).toBeUndefined();
  });
});
