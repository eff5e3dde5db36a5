import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../../contract/problems.ts';
import { fingerprintOf } from '../../../lambdas/identifiers/digests.ts';
import {
  addUsedOffer,
  type ConnectionRequest,
  decideConnection,
  usedOffersOf,
} from '../../../lambdas/sessions/connection.ts';
import type { Lease } from '../../../lambdas/sessions/lease.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { sessionRecord } from '../session-record.ts';

const NOW = 1_000_000;
const context = { now: NOW, random: 0, rateLimit: { perMinute: 30 } };

const record = (changes: Partial<SessionRecord> = {}) => sessionRecord(NOW, changes);

function request(offer: string, key?: string, previousConnectionId?: string): ConnectionRequest {
  return {
    ...fingerprintOf({ key, signalRequest: offer }),
    ...(previousConnectionId ? { previousConnectionId } : {}),
  };
}

function lease(of: ConnectionRequest, until: number, id = 'lease', connectionId?: string): Lease {
  const { previousConnectionId: _, ...claim } = of;
  return { ...claim, id, until, ...(connectionId === undefined ? {} : { connectionId }) };
}

function refusal(of: SessionRecord, asked: ConnectionRequest, ownLease?: string): ProblemCode | 'none' {
  try {
    decideConnection(of, asked, { ...context, ...(ownLease ? { ownLease } : {}) });
    return 'none';
  } catch (problem) {
    return (problem as { code: ProblemCode }).code;
  }
}

describe('a request already answered', () => {
  const stored = new Uint8Array([1, 2, 3]);
  const asked = request('offer-1', 'key-1', 'c0');
  const connected = record({
    connectionHistory: ['c0', 'c1'],
    connectedRequest: asked.request,
    answer: stored,
    answerUntil: NOW + 1000,
    usedOffers: [asked],
  });

  it('is answered again with the same bytes, even after the session ended, over the rate limit or under a lease', () => {
    for (const changes of [
      {},
      { status: 'TERMINATED' as const },
      { nextFreeAt: NOW + 600_000 },
      { lease: lease(request('offer-2'), NOW + 1000) },
    ]) {
      expect(decideConnection({ ...connected, ...changes }, asked, context)).toEqual({
        do: 'replay',
        answer: stored,
      });
    }
  });

  it('goes to AWS again, as a repetition, once its answer has expired', () => {
    expect(decideConnection({ ...connected, answerUntil: NOW }, asked, context)).toEqual({
      do: 'connect',
      repeat: true,
    });
  });

  it('is refused as a used offer once a newer connection has replaced it', () => {
    const newer = request('offer-2');
    const replaced = {
      ...connected,
      connectedRequest: newer.request,
      usedOffers: [asked, newer],
      connectionHistory: ['c2'],
    };
    expect(refusal(replaced, asked)).toBe('offer_reused');
  });
});

describe('keys and offers', () => {
  it('a key that came with another offer is refused, also while that other request is still under way', () => {
    expect(refusal(record({ usedOffers: [request('offer-1', 'key')] }), request('offer-2', 'key'))).toBe(
      'idempotency_key_reused',
    );
    const underWay = record({ lease: lease(request('offer-1', 'key'), NOW + 1000) });
    expect(refusal(underWay, request('offer-2', 'key'))).toBe('idempotency_key_reused');
  });

  it('an offer used before under another key, or at the start, is refused', () => {
    const used = record({ usedOffers: [request('offer-1', 'key-1'), request('offer-2', 'key-2')] });
    expect(refusal(used, request('offer-1', 'key-9'))).toBe('offer_reused');
    expect(refusal(used, request('offer-2'))).toBe('offer_reused');
  });

  it('an offer that another request used is refused, also to a request whose function died before it was judged', () => {
    const dead = lease(request('offer-1', 'key-2'), NOW - 1);
    const left = record({ usedOffers: [request('offer-1', 'key-1')], lease: dead });
    expect(refusal(left, request('offer-1', 'key-2'), 'mine')).toBe('offer_reused');
  });

  it('the offer of a function that died is used up for others and may be repeated by its own request', () => {
    const dead = lease(request('offer-1', 'key-1'), NOW - 1);
    for (const left of [
      { lease: dead },
      { abandonedLeases: [dead], lease: lease(request('offer-x'), NOW + 1, 'mine') },
    ]) {
      expect(refusal(record(left), request('offer-1', 'key-2'), 'mine')).toBe('offer_reused');
      expect(
        decideConnection(record(left), request('offer-1', 'key-1'), { ...context, ownLease: 'mine' }),
      ).toEqual({
        do: 'connect',
        repeat: true,
      });
    }
  });
});

describe('two devices of one player', () => {
  const connected = record({ connectionHistory: ['c1', 'c2'] });

  it('the one that was overtaken gets taken_over and stays out', () => {
    expect(refusal(connected, request('o', 'k', 'c0'))).toBe('taken_over');
  });

  it('the one that holds the newest connection, or insists, gets in', () => {
    expect(refusal(connected, request('o', 'k', 'c2'))).toBe('none');
    expect(refusal(connected, request('o', 'k'))).toBe('none');
  });

  it('a device whose own answer was lost is not locked out by its own connection', () => {
    expect(refusal(connected, request('o', 'k', 'c1'))).toBe('none');
  });

  it('a device that got its answer while the table was down waits for its own lease, and does not get taken_over', () => {
    const first = request('offer-1', 'key-1', 'c2');
    const unwritten = { ...connected, lease: lease(first, NOW + 1000, 'first', 'c3') };
    expect(refusal(unwritten, request('offer-2', 'key-2', 'c3'))).toBe('connection_in_progress');
    expect(refusal(unwritten, first)).toBe('connection_in_progress');
    // Nor once the next function has found the lease, however far its clock is behind.
    const found = { ...connected, abandonedLeases: [lease(first, NOW + 1000, 'first', 'c3')] };
    expect(refusal(found, request('offer-2', 'key-2', 'c3'), 'mine')).toBe('none');
  });

  it('a device that was overtaken gains nothing from a request that is under way: it cannot name its connection', () => {
    const taken = {
      ...connected,
      lease: lease(request('offer-1', 'key-1', 'c2'), NOW + 1000, 'first', 'c3'),
    };
    for (const foreign of ['c0', 'c9', 'key-1', 'first']) {
      expect(refusal(taken, request('offer-2', 'key-2', foreign))).toBe('taken_over');
    }
    // Its own offer under the other device's key makes it no member either.
    expect(refusal(taken, request('offer-1', 'key-2', 'c0'))).toBe('taken_over');
  });

  it('a repeated request never gets taken_over where its own connection pushed the one it named out of the history', () => {
    const long = Array.from({ length: 8 }, (_, at) => `c${at + 1}`);
    const repeated = request('offer-1', 'key-1', 'c0');
    const answered = record({
      connectionHistory: long,
      usedOffers: [repeated],
      connectedRequest: repeated.request,
    });
    expect(refusal(answered, repeated)).toBe('none');
    expect(refusal(record({ connectionHistory: long, lease: lease(repeated, NOW + 1000) }), repeated)).toBe(
      'connection_in_progress',
    );
    expect(refusal(answered, request('offer-2', 'key-2', 'c0'))).toBe('taken_over');
  });

  it('a device that was overtaken does not get the stream back by repeating a request whose function died', () => {
    const refused = request('offer-1', 'key-1', 'c0');
    const left = lease(refused, NOW - 1, 'first', 'c3');
    expect(refusal({ ...connected, lease: left }, refused)).toBe('taken_over');
    expect(refusal({ ...connected, abandonedLeases: [left] }, refused, 'mine')).toBe('taken_over');
    // Nor when somebody else has folded what the dead function left into the record.
    expect(refusal({ ...connected, usedOffers: [refused] }, refused, 'mine')).toBe('taken_over');
  });

  it('a repeated request whose function died does not get taken_over by the connection that it may have made itself', () => {
    const long = Array.from({ length: 8 }, (_, at) => `c${at + 1}`);
    const repeated = request('offer-1', 'key-1', 'c1');
    const left = lease(repeated, NOW - 1, 'first', 'c9');
    expect(refusal(record({ connectionHistory: long, abandonedLeases: [left] }), repeated, 'mine')).toBe(
      'none',
    );
  });

  it('a session without a connection through the broker takes any device of its player', () => {
    expect(refusal(record(), request('o', 'k', 'c9'))).toBe('none');
  });
});

describe('waiting', () => {
  it('a live lease refuses with a wait; a lease of the caller, or one whose time is past, does not', () => {
    const held = record({ lease: lease(request('other'), NOW + 1) });
    expect(refusal(held, request('o'))).toBe('connection_in_progress');
    expect(refusal(held, request('o'), 'lease')).toBe('none');
    expect(refusal(record({ lease: lease(request('other'), NOW) }), request('o'))).toBe('none');
  });

  it('an ended session says that it is over instead of naming a wait', () => {
    const ended = record({
      status: 'TERMINATED',
      lease: lease(request('other'), NOW + 1),
      nextFreeAt: NOW + 600_000,
    });
    expect(refusal(ended, request('o'))).toBe('stream_session_ended');
  });

  it('a reached rate limit names the milliseconds until the next request is within it', () => {
    try {
      decideConnection(record({ nextFreeAt: NOW + 60_000 }), request('o'), context);
      expect.unreachable();
    } catch (problem) {
      expect(problem).toMatchObject({ code: 'too_many_requests', extras: { retryAfterMs: 2000 } });
    }
  });
});

describe('the list of used offers', () => {
  it('never grows past its bound, never repeats an offer, and keeps the newest last', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { minLength: 1, maxLength: 80 }), (offers) => {
        const claims = offers.reduce(
          (list, n) => addUsedOffer(list, request(`offer-${n}`)),
          [] as ReturnType<typeof addUsedOffer>,
        );
        expect(claims.length).toBeLessThanOrEqual(16);
        expect(new Set(claims.map((claim) => claim.request)).size).toBe(claims.length);
        expect(claims.at(-1)).toEqual(
          fingerprintOf({ key: undefined, signalRequest: `offer-${offers.at(-1)}` }),
        );
      }),
    );
  });

  it('leaves out the live lease: its outcome is not known yet', () => {
    expect(usedOffersOf(record({ lease: lease(request('o'), NOW + 1) }), NOW)).toEqual([]);
  });
});
