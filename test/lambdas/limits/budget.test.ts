import fc from 'fast-check';
import { expect, it } from 'vitest';
import { budgetWaitMs, chargedTat, latestTat } from '../../../lambdas/limits/rate-limit.ts';

it("a player's budget never lets more than its burst plus its rate through, whenever the requests come", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 200 }),
      (perMinute, gaps) => {
        const budget = { perMinute };
        let now = 1_000_000;
        const began = now;
        let tat = 0;
        let passed = 0;
        for (const gap of gaps) {
          now += gap;
          expect(budgetWaitMs(budget, tat, now) === 0).toBe(tat <= latestTat(budget, now));
          if (tat > latestTat(budget, now)) continue;
          tat = chargedTat(budget, tat, now);
          passed++;
        }
        expect(passed).toBeLessThanOrEqual(perMinute + Math.ceil(((now - began) / 60_000) * perMinute));
      },
    ),
  );
});

it('a player who waits as long as told gets through, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 300_000 }),
      (perMinute, ahead) => {
        const now = 1_000_000;
        const wait = budgetWaitMs({ perMinute }, now + ahead, now);
        expect(budgetWaitMs({ perMinute }, now + ahead, now + wait)).toBe(0);
        if (wait > 0) expect(budgetWaitMs({ perMinute }, now + ahead, now + wait - 1)).toBeGreaterThan(0);
      },
    ),
  );
});

it('a quiet player gets the whole burst at once', () => {
  const budget = { perMinute: 5 };
  let tat = 0;
  for (let i = 0; i < 5; i++) {
    expect(budgetWaitMs(budget, tat, 1_000_000)).toBe(0);
    tat = chargedTat(budget, tat, 1_000_000);
  }
  expect(budgetWaitMs(budget, tat, 1_000_000)).toBe(12_000);
});
