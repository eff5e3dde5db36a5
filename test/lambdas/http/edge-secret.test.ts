import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { requireEdge } from '../../../lambdas/http/edge-secret.ts';

const digestOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
const digests = [digestOf('old'), digestOf('new')];
const refused = expect.objectContaining({ code: 'not_through_edge' });

describe('a request to an API behind a proxy', () => {
  it.each(['old', 'new'])(
    'passes with each of two secrets, so that one can replace the other: %s',
    (secret) => {
      expect(() => requireEdge({ 'x-rejoin-edge': secret }, digests)).not.toThrow();
    },
  );

  it.each([
    ['no header', {}],
    ['an empty header', { 'x-rejoin-edge': '' }],
    ['another secret', { 'x-rejoin-edge': 'older' }],
    ['the digest in place of the secret', { 'x-rejoin-edge': digestOf('new') }],
    ['both secrets, as a header that was sent twice arrives', { 'x-rejoin-edge': 'new,old' }],
    ['the secret in another header', { 'x-edge': 'new' }],
  ])('is refused with %s', (_what, headers) => {
    expect(() => requireEdge(headers, digests)).toThrow(refused);
  });

  it('is refused once its secret is not among the digests any more', () => {
    expect(() => requireEdge({ 'x-rejoin-edge': 'old' }, [digestOf('new')])).toThrow(refused);
  });
});

it('a deployment without a proxy asks for no secret', () => {
  expect(() => requireEdge({}, undefined)).not.toThrow();
});
