import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chargedNextFreeAt, latestNextFreeAt, rateLimitWaitMs } from '../../../lambdas/limits/rate-limit.ts';

it("a player's rate limit never lets more than its burst plus its rate through, whenever the requests come", () => {
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
          expect(rateLimitWaitMs(budget, tat, now) === 0).toBe(tat <= latestNextFreeAt(budget, now));
          if (tat > latestNextFreeAt(budget, now)) continue;
          tat = chargedNextFreeAt(budget, tat, now);
          passed++;
        }
        expect(passed).toBeLessThanOrEqual(perMinute + Math.ceil(((now - began) / 60_000) * perMinute));
      },
    ),
  );
});

it('a player who waits as long as the answer says gets through, and not a millisecond earlier', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 120 }),
      fc.integer({ min: 0, max: 300_000 }),
      (perMinute, ahead) => {
        const now = 1_000_000;
        const wait = rateLimitWaitMs({ perMinute }, now + ahead, now);
        expect(rateLimitWaitMs({ perMinute }, now + ahead, now + wait)).toBe(0);
        if (wait > 0) expect(rateLimitWaitMs({ perMinute }, now + ahead, now + wait - 1)).toBeGreaterThan(0);
      },
    ),
  );
});

it('a quiet player gets the whole burst at once', () => {
  const budget = { perMinute: 5 };
  let tat = 0;
  for (let i = 0; i < 5; i++) {
    expect(rateLimitWaitMs(budget, tat, 1_000_000)).toBe(0);
    tat = chargedNextFreeAt(budget, tat, 1_000_000);
  }
  expect(rateLimitWaitMs(budget, tat, 1_000_000)).toBe(12_000);
});
