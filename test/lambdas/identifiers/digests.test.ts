import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  connectionClientToken,
  connectionIdOf,
  fingerprintOf,
  startClientToken,
} from '../../../lambdas/identifiers/digests.ts';
import { playerIdOf } from '../../../lambdas/identifiers/player-id.ts';

const asked = fc.record({
  streamGroupId: fc.string(),
  streamSessionId: fc.string(),
  playerId: fc.string(),
  key: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  signalRequest: fc.string(),
});

/** The token of a reconnect, from its key and its offer on. */
const tokenOf = (of: Parameters<typeof connectionClientToken>[0] & Parameters<typeof fingerprintOf>[0]) =>
  connectionClientToken(of, fingerprintOf(of).request);

describe('client tokens: what makes a repeated reconnect one connection at AWS', () => {
  it('are the same for the same request, however often it is repeated', () => {
    fc.assert(
      fc.property(asked, (of) => {
        expect(tokenOf({ ...of })).toBe(tokenOf({ ...of }));
      }),
    );
  });

  it('differ as soon as any part of the request differs, also where parts run into each other', () => {
    fc.assert(
      fc.property(asked, asked, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(tokenOf(a)).not.toBe(tokenOf(b));
      }),
    );
    const moved = {
      streamGroupId: 'ab',
      streamSessionId: 'c',
      playerId: 'p',
      key: undefined,
      signalRequest: 'o',
    };
    expect(tokenOf(moved)).not.toBe(tokenOf({ ...moved, streamGroupId: 'a', streamSessionId: 'bc' }));
  });

  it("fit AWS's pattern, 32 to 128 visible ASCII characters, for any request", () => {
    fc.assert(
      fc.property(asked, (of) => {
        expect(tokenOf(of)).toMatch(/^[\x21-\x7e]{32,128}$/);
        expect(startClientToken(of.playerId, of.signalRequest)).toMatch(/^[\x21-\x7e]{32,128}$/);
      }),
    );
  });

  it('are never the same for a start and a reconnect, nor shown as the connection id', () => {
    fc.assert(
      fc.property(asked, (of) => {
        const token = tokenOf(of);
        expect(startClientToken(of.playerId, fingerprintOf(of).request)).not.toBe(token);
        expect(token).not.toContain(connectionIdOf(token));
        expect(fingerprintOf(of).offer).not.toBe(fingerprintOf(of).request);
      }),
    );
  });
});

describe('player ids: one person is one player, two are never the same', () => {
  it('are 43 characters that GameLift Streams takes as a UserId, for any issuer and subject', () => {
    fc.assert(
      fc.property(fc.webUrl(), fc.string({ minLength: 1 }), (issuer, subject) => {
        expect(playerIdOf(issuer, subject, 'pseudonym')).toMatch(/^[-_a-zA-Z0-9]{43}$/);
      }),
    );
  });

  it('tell apart the same subject at two issuers, and subjects that lean on the border between the two', () => {
    expect(playerIdOf('https://a', 'alice', 'pseudonym')).not.toBe(
      playerIdOf('https://b', 'alice', 'pseudonym'),
    );
    expect(playerIdOf('https://a', 'balice', 'pseudonym')).not.toBe(
      playerIdOf('https://ab', 'alice', 'pseudonym'),
    );
  });

  it('keep the raw subject on request, and refuse one that AWS would not take', () => {
    expect(playerIdOf('https://a', 'alice-7', 'subject')).toBe('alice-7');
    expect(() => playerIdOf('https://a', 'auth0|7', 'subject')).toThrow(
      /cannot be a GameLift Streams user id/,
    );
  });
});
