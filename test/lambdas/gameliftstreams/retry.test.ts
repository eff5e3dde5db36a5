import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AwsFailureKind } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import { MIN_ATTEMPT_MS, nextRetryDelayMs } from '../../../lambdas/gameliftstreams/retry.ts';

const KINDS: AwsFailureKind[] = [
  'throttled',
  'denied',
  'conflict',
  'invalid',
  'notFound',
  'quota',
  'internal',
  'network',
  'timeout',
];

it('an AWS call never begins an attempt that its time has no room for, and always gives up in the end', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...KINDS),
      fc.nat(20),
      fc.integer({ min: -1000, max: 10_000 }),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      (kind, failures, remainingMs, random) => {
        const delay = nextRetryDelayMs({ kind, failures: failures + 1, remainingMs, random });
        if (delay === null) return;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay + MIN_ATTEMPT_MS).toBeLessThanOrEqual(remainingMs);
        expect(failures + 1).toBeLessThanOrEqual(3);
      },
    ),
  );
});

it('an AWS call is repeated where the failure may pass, never where AWS has refused for good', () => {
  const repeated = KINDS.filter(
    (kind) => nextRetryDelayMs({ kind, failures: 1, remainingMs: 8000, random: 0.5 }) !== null,
  );
  expect(repeated).toEqual(['throttled', 'internal', 'network', 'timeout']);
});

it("an AWS call waits for a throttle to clear for little more than a second in all: longer waits are the client's, unbilled", () => {
  const all = [1, 2, 3].map((failures) =>
    nextRetryDelayMs({ kind: 'throttled', failures, remainingMs: 8000, random: 0.999 }),
  );
  expect(all.reduce<number>((sum, delay) => sum + (delay ?? 0), 0)).toBeLessThanOrEqual(1200);
});
