import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../client/src/problem.ts';
import { isSession } from '../../client/src/session.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import { protocolTable } from '../protocol.ts';
import { session } from './fakes.ts';

describe('docs/protocol.md', () => {
  test.each(Object.entries(PROBLEMS))(
    'the client reacts to %s as the table says',
    (code, { status, retry }) => {
      const body = { code, retry, detail: 'Why.', retryAfterMs: 1500 };
      expect(refusalOf(status, '2', body)).toEqual({
        code,
        status,
        retry,
        detail: 'Why.',
        retryAfterMs: 1500,
      });
    },
  );

  test.each(protocolTable('gateway'))(
    'the client reacts to the gateway’s own %s %s as the table says',
    (...row) => {
      const [status = '', message, , action = ''] = row;
      const refusal = refusalOf(Number(status), null, { message });
      expect(refusal).toMatchObject({ code: 'gateway', status: Number(status), detail: message });
      expect(refusal).not.toHaveProperty('retryAfterMs');
      // A 401 leads to a new token before its refusal is read.
      const expected = action.startsWith('same') ? 'same' : 'never';
      expect(action).toMatch(
        /^(same, after a wait of the client's own|never|get a new token, once; while .*)$/,
      );
      expect(refusal.retry).toBe(expected);
    },
  );
});

describe('a refusal', () => {
  test('carries what a page shows: queue place, doubt, reason, and the existing session', () => {
    const more = {
      queuePosition: 3,
      mayBeTooLate: true,
      statusReason: 'idleTimeout',
      streamSession: session,
    };
    const body = { code: 'paced', retry: 'same', detail: '', retryAfterMs: 1, ...more };
    expect(refusalOf(503, null, body)).toMatchObject(more);
  });

  test('with an unknown code, of a newer broker, keeps its retry and wait under the code gateway', () => {
    expect(refusalOf(409, null, { code: 'brand_new', retry: 'newOffer', retryAfterMs: 5 })).toEqual({
      code: 'gateway',
      status: 409,
      retry: 'newOffer',
      detail: '',
      retryAfterMs: 5,
    });
  });

  test('with a known code but no retry counts as the gateway’s', () => {
    expect(refusalOf(503, null, { code: 'paced' })).toMatchObject({ code: 'gateway', retry: 'same' });
    expect(refusalOf(404, null, { code: 'paced', retry: 'perhaps' })).toMatchObject({
      code: 'gateway',
      retry: 'never',
    });
  });

  test.each([
    ['0', 0],
    ['30', 30_000],
    ['1.5', undefined],
    ['-1', undefined],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['', undefined],
    [null, undefined],
  ])('whose Retry-After is %j waits %j', (header, ms) => {
    expect(refusalOf(503, header, undefined).retryAfterMs).toBe(ms);
  });

  test.each([-1, '5', null, Number.NaN])('whose retryAfterMs is %j goes by its header', (retryAfterMs) => {
    expect(refusalOf(503, '2', { retryAfterMs }).retryAfterMs).toBe(2000);
    expect(refusalOf(503, null, { retryAfterMs })).not.toHaveProperty('retryAfterMs');
  });

  test.each([undefined, null, 'text', 5, [], true])(
    'without an object for a body (%j) is a gateway’s',
    (body) => {
      expect(refusalOf(502, null, body)).toEqual({ code: 'gateway', status: 502, retry: 'same', detail: '' });
    },
  );

  test.each([
    [408, 'same'],
    [429, 'same'],
    [499, 'never'],
    [500, 'same'],
    [302, 'never'],
  ])('without a body and with status %i has the right retry: %s', (status, retry) => {
    expect(refusalOf(status, null, {}).retry).toBe(retry);
  });
});

describe('a session', () => {
  test('needs every member that the client reads', () => {
    expect(isSession(session)).toBe(true);
    for (const name of ['streamGroupId', 'streamSessionId', 'status', 'connectionTimeoutSeconds']) {
      expect(isSession({ ...session, [name]: undefined }), name).toBe(false);
    }
    for (const none of [undefined, null, 'session', 7, []]) expect(isSession(none)).toBe(false);
  });
});
