import { describe, expect, test } from 'vitest';
import { refusalOf, unreachable, waitMs } from '../../../local/console/page/problem.ts';

const problem = (more: object) => ({
  type: 'about:blank',
  title: 'T',
  detail: 'D.',
  requestId: 'r',
  ...more,
});
const typed = (more: Record<string, string> = {}) =>
  new Headers({ 'content-type': 'application/problem+json', ...more });

describe('reading a refusal', () => {
  test('the server’s word on what to do next is taken, with its wait and its reasons', () => {
    const body = problem({
      code: 'stream_session_ended',
      status: 410,
      retry: 'never',
      retryAfterMs: 1234,
      statusReason: 'idleTimeout',
      queuePosition: 7,
    });

    expect(refusalOf(410, typed(), body)).toEqual({
      code: 'stream_session_ended',
      status: 410,
      retry: 'never',
      detail: 'D.',
      retryAfterMs: 1234,
      statusReason: 'idleTimeout',
      queuePosition: 7,
    });
  });

  test('milliseconds win over the header’s seconds, and the header counts when it is alone', () => {
    const body = { code: 'paced', retry: 'same' };

    expect(
      refusalOf(503, typed({ 'retry-after': '2' }), problem({ ...body, retryAfterMs: 1500 })).retryAfterMs,
    ).toBe(1500);
    expect(refusalOf(503, typed({ 'retry-after': '2' }), problem(body)).retryAfterMs).toBe(2000);
    expect(refusalOf(503, typed({ 'retry-after': 'soon' }), problem(body)).retryAfterMs).toBeUndefined();
  });

  test('an absurd wait is capped, or one bad answer would park the player for good', () => {
    expect(refusalOf(503, typed({ 'retry-after': '999999' }), undefined).retryAfterMs).toBe(120_000);
  });

  test.each([
    [401, 'never'],
    [403, 'never'],
    [404, 'never'],
    [413, 'never'],
    [429, 'same'],
    [500, 'same'],
    [503, 'same'],
  ])('the gateway’s own %i, which is no problem+json, is tried again: %s', (status, retry) => {
    const refusal = refusalOf(status, new Headers({ 'content-type': 'application/json' }), { message: 'No' });

    expect(refusal).toMatchObject({ code: `gateway_${status}`, status, retry });
    expect(refusal.detail).toMatch(/\.$/);
  });

  test('a problem whose retry nobody knows is not obeyed blindly', () => {
    expect(refusalOf(409, typed(), problem({ code: 'x', retry: 'later' })).code).toBe('gateway_409');
  });
});

describe('waiting', () => {
  test('a server’s wait is never shortened, and players told the same are spread', () => {
    const refusal = { ...unreachable(), retryAfterMs: 4000 };

    expect(waitMs(refusal, 0, () => 0)).toBe(4000);
    expect(waitMs(refusal, 0, () => 1)).toBe(4500);
  });

  test('without one the bound doubles up to five seconds and no further', () => {
    const bounds = [0, 1, 2, 10, 1000].map((attempt) => waitMs(unreachable(), attempt, () => 1));

    expect(bounds).toEqual([350, 600, 1100, 5100, 5100]);
  });
});
