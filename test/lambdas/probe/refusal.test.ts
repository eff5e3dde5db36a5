import { describe, expect, test } from 'vitest';
import { requireRefusal } from '../../../lambdas/probe/refusal.ts';

/** What the probe says of an answer with this status, or of no answer. */
const said = (answer: number | Error) =>
  requireRefusal(async () => {
    if (answer instanceof Error) throw answer;
    return { status: answer };
  }).then(
    () => 'nothing',
    (error: Error) => error.message,
  );

/** A failure of fetch, which has Node's code in its cause. */
const failed = (code: string) => new TypeError('fetch failed', { cause: { code } });

describe('the probe of the public address', () => {
  test('is content with a 401: DNS, certificate, API Gateway and authorizer did their work', async () => {
    expect(await said(401)).toBe('nothing');
  });

  test.each([200, 204, 299])('says of %i that the API answers without a token', async (status) => {
    expect(await said(status)).toBe(`${status} instead of 401: the API answers without a token`);
  });

  test('says of a 404 that the address leads to something else', async () => {
    expect(await said(404)).toBe('404 instead of 401: this address leads to something else');
  });

  test.each([300, 301, 400, 403, 503])(
    'says of %i that it came instead, and blames nobody',
    async (status) => {
      expect(await said(status)).toBe(`${status} instead of 401`);
    },
  );

  test('says that no answer came in time', async () => {
    expect(await said(Object.assign(new Error('aborted'), { name: 'TimeoutError' }))).toBe(
      'no answer in time',
    );
  });

  test.each(['ENOTFOUND', 'EAI_AGAIN'])('says of %s that the name has no address', async (code) => {
    expect(await said(failed(code))).toBe(`DNS gives no address for the name (${code})`);
  });

  test.each([
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'HOSTNAME_MISMATCH',
  ])('says of %s that the certificate is not accepted', async (code) => {
    expect(await said(failed(code))).toBe(`the certificate is not accepted (${code})`);
  });

  test('says what it knows of any other failure, with its cause', async () => {
    expect(await said(failed('ECONNREFUSED'))).toBe('no connection (ECONNREFUSED)');
    expect(await said(failed('XENOTFOUND'))).toBe('no connection (XENOTFOUND)');
    expect(await said(failed('ENOTFOUND2'))).toBe('no connection (ENOTFOUND2)');
    expect(await said(new TypeError('fetch failed', { cause: { message: 'other side closed' } }))).toBe(
      'no connection (other side closed)',
    );
    expect(await said(new Error('no cause'))).toBe('no connection (no cause)');
    const cause = failed('ECONNREFUSED');
    await expect(requireRefusal(() => Promise.reject(cause))).rejects.toMatchObject({ cause });
  });
});
