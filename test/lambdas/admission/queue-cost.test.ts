import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { AwsStreamSession } from '../../../lambdas/gameliftstreams/calls.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { tableAffectedPlayers } from '../../../lambdas/reliability/affected-players.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import type { StartDependencies } from '../../../lambdas/routes/start/dependencies.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { tableSlots } from '../../../lambdas/sessions/slot-table.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';
import {
  admissionQueueOver,
  code,
  ownSession,
  quiet,
  reconnectWith,
  sharedTable,
  startRequest,
} from '../broker.ts';

const real = sharedTable();

const START = 1_800_000_000_000;

/** What a start works with over the real table, in calm. */
function starting(startsPerMinute: number) {
  const clock = { now: START };
  const queue = admissionQueueOver(real.table, clock);
  const deps: StartDependencies = {
    limits: { maxLiveSessionsPerPlayer: 1, startsPerMinute },
    startSettings: {},
    streamGroups: [{ id: 'sg-1' }],
    sessions: sessionTable(real.table),
    affectedPlayers: tableAffectedPlayers(real.table, HANGS_AFTER_MS),
    slots: tableSlots(real.table),
    counters: tableWindowCounters(real.table),
    startStreamSession: async () =>
      ({ arn: `arn:x/${randomUUID()}`, status: 'ACTIVATING' }) as AwsStreamSession,
    lookUpStatus: async () => undefined,
    startBrake: async () => undefined,
    admissionQueue: () => queue,
    now: () => clock.now,
    sleep: async () => {},
    random: () => 0,
    newId: () => randomUUID(),
    log: quiet,
  };
  return { clock, deps };
}

describe('the cost of the admission queue', () => {
  it('is one eventually consistent read a reconnect while nobody waits', async () => {
    const { deps } = reconnectWith(real.table, {
      connect: async () => 'answer',
      seen: undefined,
      tokens: [],
    });
    const asked = await ownSession(deps);
    real.operations.length = 0;
    expect(await code(reconnect(asked, deps))).toBe('none');
    expect(real.operations).toEqual(['update', 'get (stale)', 'update']);
  });

  it("is nothing for a repeated reconnect, and for one over the player's rate limit: the queue is not asked", async () => {
    const { deps } = reconnectWith(real.table, {
      connect: async () => 'answer',
      seen: undefined,
      tokens: [],
    });
    const asked = await ownSession(deps);
    await reconnect(asked, deps);
    const spent = await ownSession(deps, { nextFreeAt: START + 600_000 });
    real.operations.length = 0;
    expect((await reconnect(asked, deps)).replayed).toBe(true);
    expect(await code(reconnect(spent, deps))).toBe('too_many_requests');
    expect(real.operations).not.toContain('get (stale)');
  });

  it('is one count and no read for a player who returns on time', async () => {
    const { deps } = reconnectWith(real.table, {
      connect: async () => 'answer',
      seen: undefined,
      tokens: [],
    });
    const asked = await ownSession(deps, { ticket: { at: START - 500, since: START - 9000 } });
    real.operations.length = 0;
    expect(await code(reconnect(asked, deps))).toBe('none');
    expect(real.operations.filter((operation) => operation.startsWith('get'))).toEqual([]);
  });

  it('is one eventually consistent read a start while nobody waits', async () => {
    const { deps } = starting(6);
    real.operations.length = 0;
    await start(startRequest(), deps);
    expect(real.operations).toEqual(['query', 'update', 'update', 'get (stale)', 'putNew', 'update']);
  });

  it('is charged to a player who repeats a start before its ticket is due: only the request that uses the ticket is free', async () => {
    const { deps } = starting(3);
    const request = startRequest();
    const [slot] = await deps.slots.read(request.playerId, 1);
    const ticket = { at: START + 30_000, since: START, paid: true, group: request.group.id };
    await deps.slots.write(request.playerId, slot ?? expect.unreachable(), { ticket }, START);
    const heard: string[] = [];
    for (let i = 0; i < 4; i++) heard.push(await code(start(request, deps)));
    expect(heard).toEqual(['paced', 'paced', 'paced', 'too_many_requests']);
  });
});
