import { describe, expect, it } from 'vitest';
import { decideStart, earlierRequestsOf, type Slot } from '../../../lambdas/sessions/slot.ts';

const NOW = 1_000_000;
const context = { now: NOW, random: 0 };
const fingerprint = { request: 'r1', offer: 'o1', key: 'k1' };
const empty: Slot = { index: 0, revision: 0 };
const held: Slot = {
  index: 0,
  revision: 3,
  request: 'r0',
  offer: 'o0',
  streamGroupId: 'sg',
  streamSessionId: 's0',
  answer: '{}',
};

describe('a start', () => {
  it('takes a free slot', () => {
    expect(decideStart([empty], fingerprint, context)).toEqual({ do: 'start', slot: empty, repeat: false });
  });

  it('is answered again when it was answered before, instead of beginning a second session', () => {
    const own = { ...held, ...fingerprint, answer: '{"streamSession":{}}' };
    expect(decideStart([own], fingerprint, context)).toEqual({
      do: 'replay',
      answer: '{"streamSession":{}}',
    });
  });

  it('waits for itself while it is under way, and is repeated in its own slot when its function died', () => {
    const leased = (until: number): Slot => ({
      ...empty,
      revision: 1,
      lease: { ...fingerprint, id: 'l', until },
    });
    expect(() => decideStart([leased(NOW + 1)], fingerprint, context)).toThrow(/under way/);
    expect(decideStart([leased(NOW)], fingerprint, context)).toMatchObject({ do: 'start', repeat: true });
  });

  it('of another request takes a slot whose start never finished: a dead function blocks nobody', () => {
    const dead: Slot = { ...empty, revision: 1, lease: { request: 'rx', offer: 'ox', id: 'l', until: NOW } };
    expect(decideStart([dead], fingerprint, context)).toMatchObject({ do: 'start', repeat: false });
  });

  it('asks AWS for a status before it refuses a player whose slots are all taken', () => {
    expect(decideStart([held], fingerprint, context)).toEqual({ do: 'lookUp', slots: [held] });
    expect(decideStart([held, { ...empty, index: 1 }], fingerprint, context)).toMatchObject({ do: 'start' });
  });

  it('refuses a key that came with another start, and an offer that another start used', () => {
    const used = { ...held, key: 'k1', offer: 'o9' };
    expect(() => decideStart([used], fingerprint, context)).toThrow(/Idempotency-Key/);
    expect(() => decideStart([{ ...held, offer: 'o1' }], fingerprint, context)).toThrow(/offer was used/);
  });

  it('that lost its slot to another one is not sent to AWS again, which knows it: the player makes a new offer', () => {
    const taken = {
      ...held,
      earlierRequests: earlierRequestsOf({ ...empty, ...fingerprint }, { request: 'r0', offer: 'o0' }),
    };
    expect(taken.earlierRequests).toEqual([fingerprint]);
    expect(() => decideStart([taken], fingerprint, context)).toThrow(/offer was used/);
    expect(() => decideStart([taken], { ...fingerprint, request: 'r2', offer: 'o2' }, context)).toThrow(
      /Idempotency-Key/,
    );
    expect(decideStart([taken], { request: 'r2', offer: 'o2' }, context)).toMatchObject({ do: 'lookUp' });
  });

  it('that is repeated is no earlier one, and of many earlier ones the slot remembers the newest four', () => {
    expect(earlierRequestsOf({ ...empty, ...fingerprint }, fingerprint)).toEqual([]);
    let slot: Slot = empty;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'b', 'f']) {
      const next = { request: name, offer: name };
      slot = { ...slot, ...next, earlierRequests: earlierRequestsOf(slot, next) };
    }
    expect(slot.earlierRequests?.map(({ request }) => request)).toEqual(['c', 'd', 'e', 'b']);
  });
});
