import { describe, expect, it } from 'vitest';
import type { StartDependencies } from '../../../lambdas/routes/start/dependencies.ts';
import { freedSlot, refuseBesideUnslotted } from '../../../lambdas/routes/start/slots.ts';
import type { Slot } from '../../../lambdas/sessions/slot.ts';
import type { SessionRecord } from '../../../lambdas/sessions/stream-session.ts';
import { sharedTable, startRequest, told } from '../broker.ts';
import { sessionRecord } from '../session-record.ts';
import { startWith } from '../start-broker.ts';

type AtAws = (id: string) => 'ACTIVE' | 'TERMINATED' | undefined;

const real = sharedTable();
const NOW = 1_800_000_000_000;

/** A player whose sessions are in the table. @param atAws their status when AWS is asked; undefined where AWS does not say */
async function playing(
  sessions: (Partial<SessionRecord> & { streamSessionId: string })[],
  atAws: AtAws = () => 'ACTIVE',
  changes: Partial<StartDependencies> = {},
) {
  const request = startRequest({ endsBy: NOW + 15_000 });
  const asked: { id: string; deadline: number }[] = [];
  const deps = startWith(real.table, { now: NOW }, async () => 'new', {
    async lookUpStatus({ streamSessionId }, deadline) {
      asked.push({ id: streamSessionId, deadline });
      const status = atAws(streamSessionId);
      return status && { status };
    },
    ...changes,
  });
  for (const session of sessions) {
    await deps.sessions.add(sessionRecord(NOW, { playerId: request.playerId, ...session }));
  }
  return { request, deps, asked };
}

const isActive: AtAws = () => 'ACTIVE';
const isOver: AtAws = () => 'TERMINATED';
const isUnknown: AtAws = () => undefined;

const slotOf = (streamSessionId: string, index = 0, streamGroupId = 'sg-1'): Slot => ({
  index,
  revision: 1,
  streamGroupId,
  streamSessionId,
});

/** What a player hears, with the session that the refusal names. */
async function heard(work: Promise<unknown>) {
  const { code, ...extras } = (await told(work)) as {
    code: string;
    streamSession?: { streamSessionId: string };
  };
  return [code, extras.streamSession?.streamSessionId];
}

describe('a player with all slots taken', () => {
  it('hears which session lives, after AWS was asked with time left to write', async () => {
    const { request, deps, asked } = await playing([{ streamSessionId: 's-1' }]);
    expect(await heard(freedSlot(request, [slotOf('s-1')], deps))).toEqual(['session_limit_reached', 's-1']);
    expect(asked.map(({ id }) => id)).toEqual(['s-1']);
    expect(asked[0]?.deadline).toBeLessThan(request.endsBy);
  });

  it('hears of the first one where several live', async () => {
    const { request, deps } = await playing([{ streamSessionId: 's-1' }, { streamSessionId: 's-2' }]);
    const slots = [slotOf('s-1'), slotOf('s-2', 1)];
    expect(await heard(freedSlot(request, slots, deps))).toEqual(['session_limit_reached', 's-1']);
  });

  it('gets the slot of a session that AWS has ended, and the record remembers the end', async () => {
    const { request, deps } = await playing([{ streamSessionId: 's-1' }, { streamSessionId: 's-2' }], (id) =>
      id === 's-2' ? 'TERMINATED' : 'ACTIVE',
    );
    const slots = [slotOf('s-1'), slotOf('s-2', 1)];
    expect(await freedSlot(request, slots, deps)).toBe(slots[1]);
    const key = { playerId: request.playerId, streamGroupId: 'sg-1', streamSessionId: 's-2' };
    expect((await deps.sessions.read(key))?.status).toBe('TERMINATED');
  });

  it('gets the slot of a session that is too old to live, and AWS is not asked', async () => {
    const { request, deps, asked } = await playing([{ streamSessionId: 's-1', createdAt: NOW - 3_700_000 }]);
    const slot = slotOf('s-1');
    expect(await freedSlot(request, [slot], deps)).toBe(slot);
    expect(asked).toEqual([]);
  });

  it('gets the slot of a session without a record, and of a stream group that is served no more', async () => {
    const { request, deps, asked } = await playing([{ streamSessionId: 's-1', streamGroupId: 'sg-old' }]);
    for (const slot of [slotOf('never-written'), slotOf('s-1', 0, 'sg-old'), { index: 0, revision: 1 }]) {
      expect(await freedSlot(request, [slot], deps)).toBe(slot);
    }
    expect(asked).toEqual([]);
  });

  it('is in no other group’s way: one served group among several keeps its sessions', async () => {
    const { request, deps } = await playing([{ streamSessionId: 's-1' }], undefined, {
      streamGroups: [{ id: 'sg-0' }, { id: 'sg-1' }],
    });
    expect(await heard(freedSlot(request, [slotOf('s-1')], deps))).toEqual(['session_limit_reached', 's-1']);
  });

  it.each([
    ['AWS does not say', {}, isUnknown],
    ['the status is a second old at most', { statusAt: NOW - 999 }, isOver],
  ])('hears what the record says where %s', async (_, session, atAws) => {
    const { request, deps } = await playing([{ streamSessionId: 's-1', ...session }], atAws);
    expect(await heard(freedSlot(request, [slotOf('s-1')], deps))).toEqual(['session_limit_reached', 's-1']);
  });

  it('is asked to come again where no slot is left to look at', async () => {
    const { request, deps } = await playing([]);
    expect(await heard(freedSlot(request, [], deps))).toEqual(['connection_in_progress', undefined]);
  });
});

describe('a start in a slot that an unfinished one left behind', () => {
  it('is refused where that one did begin a session', async () => {
    const { request, deps } = await playing([{ streamSessionId: 's-1' }]);
    expect(await heard(refuseBesideUnslotted(request, [{ index: 0, revision: 1 }], deps))).toEqual([
      'session_limit_reached',
      's-1',
    ]);
  });

  it.each([
    ['in another slot', {}, [slotOf('s-1')], isActive],
    ['of a group that is served no more', { streamGroupId: 'sg-old' }, [], isActive],
    ['over in the record', { status: 'TERMINATED' as const }, [], isActive],
    ['too old to live', { createdAt: NOW - 3_700_000 }, [], isActive],
    ['over at AWS', {}, [], isOver],
  ])('goes on where the player’s other session is %s', async (_, session, slots, atAws) => {
    const { request, deps } = await playing([{ streamSessionId: 's-1', ...session }], atAws);
    expect(await heard(refuseBesideUnslotted(request, slots, deps))).toEqual(['none', undefined]);
  });
});
