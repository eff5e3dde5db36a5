import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { API_CODES } from '../../client/src/contract.ts';
import { type Code, failure, type Refusal } from '../../client/src/problem.ts';
import { decideRetry, firstWaitMs, retryWindowMs } from '../../client/src/reconnect-policy.ts';
import { session } from './fakes.ts';

const same = (more: Partial<Refusal> = {}): Refusal => ({ ...failure('gateway', 'same', 503), ...more });
const step = (refusal: Refusal, more: Partial<Parameters<typeof decideRetry>[0]> = {}) =>
  decideRetry({ refusal, failures: 1, remainingMs: 100_000, random: 0.5, ...more });

describe('a wait that a server named', () => {
  test('is never cut short, and is lengthened by a fifth at most', () => {
    expect(step(same({ retryAfterMs: 10_000 }), { random: 0 })).toEqual({ ms: 10_000, firm: true });
    expect(step(same({ retryAfterMs: 10_000 }), { random: 1 })).toEqual({ ms: 12_000, firm: true });
    expect(step(same({ retryAfterMs: 100 }), { random: 1 })).toEqual({ ms: 200, firm: true });
    expect(step(same({ retryAfterMs: 0 }), { random: 0 })).toEqual({ ms: 0, firm: true });
  });

  test('is spread after its cap, so that capped clients do not all come together', () => {
    const hour = same({ retryAfterMs: 3_600_000 });
    expect(step(hour, { random: 0, remainingMs: 999_999 })).toEqual({ ms: 120_000, firm: true });
    expect(step(hour, { random: 1, remainingMs: 999_999 })).toEqual({ ms: 125_000, firm: true });
  });

  test('for a ticket is exact to a fifth of a second, since the ticket expires two seconds after its time', () => {
    const turn = same({ code: 'paced', retryAfterMs: 300_000, queuePosition: 6000 });
    expect(step(turn, { random: 0, remainingMs: 999_999 })).toEqual({ ms: 300_000, firm: true });
    expect(step(turn, { random: 1, remainingMs: 999_999 })).toEqual({ ms: 300_200, firm: true });
  });

  test('that is longer than the time left ends the attempt at once, with its code', () => {
    const refusal = same({ code: 'paced', retryAfterMs: 1000, queuePosition: 1 });
    expect(step(refusal, { random: 0, remainingMs: 999 })).toEqual({
      ending: { reason: 'expired', code: 'paced' },
    });
    expect(step(refusal, { random: 0, remainingMs: 1000 })).toEqual({ ms: 1000, firm: true });
  });
});

describe('a wait of the client’s own', () => {
  test('has full jitter below a bound that doubles up to eight seconds', () => {
    const most = [1, 2, 3, 4, 5, 6, 30].map((failures) => step(same(), { failures, random: 1 }).ms);
    expect(most).toEqual([550, 1050, 2050, 4050, 8050, 8050, 8050]);
    expect(step(same(), { failures: 5, random: 0 })).toEqual({ ms: 50, firm: false });
  });

  test('is three seconds at most where nothing answers', () => {
    expect(step(failure('unreachable'), { failures: 9, random: 1 }).ms).toBe(3050);
    expect(step(failure('timeout'), { failures: 9, random: 1 }).ms).toBe(8050);
  });

  test('leaves a second for the last attempt, and ends the attempt where less is left', () => {
    expect(step(same(), { failures: 9, random: 1, remainingMs: 3000 })).toEqual({ ms: 2000, firm: false });
    expect(step(same(), { failures: 9, random: 1, remainingMs: 1050 })).toEqual({ ms: 50, firm: false });
    expect(step(same(), { remainingMs: 1049 })).toEqual({ ending: { reason: 'expired', code: 'gateway' } });
  });
});

describe('a refusal that will not change', () => {
  const never = (code: Code, more: Partial<Refusal> = {}) =>
    step({ code, status: 409, retry: 'never', detail: 'Why.', ...more });

  test('ends the stream with the matching reason', () => {
    expect(never('taken_over')).toEqual({ ending: { reason: 'taken_over', by: 'device' } });
    expect(never('stream_session_not_found')).toEqual({ ending: { reason: 'no_session' } });
    expect(never('stream_session_ended')).toEqual({ ending: { reason: 'session_ended' } });
    expect(never('stream_session_ended', { statusReason: 'applicationExit' })).toEqual({
      ending: { reason: 'session_ended', statusReason: 'applicationExit' },
    });
    expect(never('invalid_request')).toEqual({
      ending: { reason: 'refused', code: 'invalid_request', status: 409, detail: 'Why.' },
    });
  });

  test('ends the stream even where it names a wait', () => {
    expect(never('broker_misconfigured', { retryAfterMs: 5 })).toHaveProperty('ending.reason', 'refused');
  });
});

describe('the first request after a loss', () => {
  test('is spread over a fifth of a second', () => {
    expect([0, 0.5, 1].map(firstWaitMs)).toEqual([0, 50, 100]);
  });
});

describe('the time to try for a session', () => {
  const LOST_AT = 1_800_000_000_000;

  test('is the connection timeout since the loss, and half a minute in which AWS may notice it', () => {
    expect(retryWindowMs(session, LOST_AT, LOST_AT)).toBe(150_000);
    expect(retryWindowMs(session, LOST_AT, LOST_AT + 2000)).toBe(148_000);
    expect(retryWindowMs({ ...session, connectionTimeoutSeconds: 600 }, LOST_AT, LOST_AT)).toBe(630_000);
    expect(retryWindowMs(session, LOST_AT, LOST_AT + 200_000)).toBe(0);
  });

  test.each([
    ['no later than its end, give or take a minute between two clocks', 20_000, 80_000],
    ['never longer than its patience', 3_600_000, 150_000],
    ['not cut by an end before the loss: that is another clock’s', -600_000, 150_000],
    ['not cut by an end at the loss', 0, 150_000],
  ])('of a session is %s', (_what, endsIn, budget) => {
    const endsAt = new Date(LOST_AT + endsIn).toISOString();
    expect(retryWindowMs({ ...session, endsAt }, LOST_AT, LOST_AT)).toBe(budget);
  });

  test('ignores the end that a session had while it waited for its first client', () => {
    const endsAt = new Date(LOST_AT + 20_000).toISOString();
    expect(retryWindowMs({ ...session, status: 'ACTIVE', endsAt }, LOST_AT, LOST_AT)).toBe(150_000);
  });

  test('ignores an end that is no date', () => {
    expect(retryWindowMs({ ...session, endsAt: 'soon' }, LOST_AT, LOST_AT)).toBe(150_000);
  });
});

test('whatever a server says, a wait fits the time left and is never shorter than named, or the attempt ends', () => {
  const refusals = fc.record(
    {
      code: fc.constantFrom<Code>(...API_CODES, 'gateway', 'unreachable', 'timeout', 'garbled'),
      status: fc.integer({ min: 0, max: 599 }),
      retry: fc.constantFrom('same', 'newOffer', 'never'),
      detail: fc.string(),
      retryAfterMs: fc.double({ min: 0, noNaN: true }),
      queuePosition: fc.nat(),
    },
    { requiredKeys: ['code', 'status', 'retry', 'detail'] },
  ) as fc.Arbitrary<Refusal>;
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(
      refusals,
      fc.integer({ min: 1, max: 1100 }),
      fc.integer({ min: -1000, max: 700_000 }),
      random,
      (...given) => {
        const [refusal, failures, remainingMs, jitter] = given;
        const { ms, ending } = decideRetry({ refusal, failures, remainingMs, random: jitter });
        expect(ms === undefined).toBe(ending !== undefined);
        if (refusal.retry === 'never') expect(ending).toBeDefined();
        if (ms === undefined) return;
        expect(ms).toBeGreaterThanOrEqual(Math.min(120_000, Math.floor(refusal.retryAfterMs ?? 50)));
        expect(ms).toBeLessThanOrEqual(remainingMs);
      },
    ),
  );
});
