import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CallBudget, call } from '../../../lambdas/gameliftstreams/calls.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';

afterEach(() => vi.restoreAllMocks());

/** The limits in milliseconds that the attempts of a call get; each attempt fails, and takes some time of a clock that stands still otherwise. */
async function limitsOf(budgetMs: number, takesMs: number, changes: Partial<CallBudget> = {}) {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  let now = 1_800_000_000_000;
  const budget = {
    deadline: now + budgetMs,
    now: () => now,
    random: () => 0,
    metrics: newRequestMetrics(),
    ...changes,
  };
  const failed = await call(async () => {
    now += takesMs;
    throw Object.assign(new Error(), { name: 'InternalServerException' });
  }, budget).catch((failure) => failure);
  return { failed, limits: timeout.mock.calls.map(([milliseconds]) => milliseconds) };
}

describe('an attempt to call AWS', () => {
  it('never gets more than is left until the deadline, or its answer would come when the player’s request is over', async () => {
    expect((await limitsOf(3000, 700)).limits).toEqual([3000, 2300, 1600]);
  });

  it('never gets more than four seconds, so that a second one has a chance', async () => {
    expect((await limitsOf(10_000, 4000)).limits).toEqual([4000, 4000, 2000]);
  });

  it('is not begun with less than half a second left: AWS would only use up the offer', async () => {
    const { failed, limits } = await limitsOf(499, 0);
    expect(failed).toMatchObject({ kind: 'timeout', uncertain: false });
    expect(limits).toEqual([]);
    expect((await limitsOf(500, 1)).limits).toEqual([500]);
  });
});
