import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isOver } from '../../../lambdas/gameliftstreams/stream-session-status.ts';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { newRequestMetrics } from '../../../lambdas/observability/request-metrics.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { status } from '../../../lambdas/routes/status/status.ts';
import { terminate } from '../../../lambdas/routes/terminate/terminate.ts';
import { code, type FakeAws, ownSession, reconnectWith, sharedTable, startRequest } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();

/** A player whose session holds the only slot, and what the player does with it. */
async function player() {
  const aws: FakeAws = { connect: async () => 'answer', seen: undefined, tokens: [] };
  const { deps, clock } = reconnectWith(real.table, aws);
  const asked = await ownSession(deps);
  const starting = startWith(real.table, clock, async () => randomUUID(), {
    lookUpStatus: async () => undefined,
  });
  const [slot] = await starting.slots.read(asked.playerId, 1);
  const { streamGroupId, streamSessionId } = asked;
  await starting.slots.write(
    asked.playerId,
    slot ?? expect.unreachable(),
    { streamGroupId, streamSessionId },
    clock.now,
  );
  return {
    aws,
    clock,
    deps,
    asked,
    /**
     * @param behindMs how far the clock of the function that ends is behind the others'
     * @param during what happens while AWS ends the session
     */
    end: (behindMs = 0, during: () => Promise<unknown> = async () => {}) =>
      terminate(
        asked,
        { endsBy: clock.now + 10_000, metrics: newRequestMetrics() },
        {
          ...deps,
          counters: tableWindowCounters(real.table),
          terminateStreamSession: async () => void (await during()),
          now: () => clock.now - behindMs,
        },
      ),
    startAnew: () => code(start(startRequest({ playerId: asked.playerId }), starting)),
    /** @param during what happens while AWS is asked for the status */
    poll: (during: () => Promise<unknown>) =>
      status(
        asked,
        'us-west-2',
        { endsBy: clock.now + 6000, metrics: newRequestMetrics() },
        {
          ...deps,
          lookupLimiterIn: () => ({ take: async () => true, slowDown: async () => {} }),
          getStreamSession: async () => {
            await during();
            return { status: 'CONNECTED' } as never;
          },
        },
      ),
  };
}

describe('a session that its player ended', () => {
  it('is over, also where a reconnect that was under way writes its own status later: the player may start anew', async () => {
    const { aws, asked, deps, clock, end, startAnew } = await player();
    aws.connect = async () => {
      await end();
      clock.now += 50;
      return 'answer';
    };
    expect(await code(reconnect(asked, deps))).toBe('none');
    expect((await deps.sessions.read(asked))?.status).toBe('TERMINATING');
    expect((await deps.sessions.list(asked.playerId)).map((each) => isOver(each.status))).toEqual([true]);
    expect(await startAnew()).toBe('none');
  });

  it.each([300, 60_000])(
    'is over, however far behind the clock is that ended it: %i ms',
    async (behindMs) => {
      const { asked, deps, clock, end, startAnew } = await player();
      await deps.sessions.writeStatus(asked, { status: 'RECONNECTING', statusAt: clock.now });
      await end(behindMs);
      expect((await deps.sessions.read(asked))?.status).toBe('TERMINATING');
      expect(await startAnew()).toBe('none');
    },
  );

  it('is over, also where a status poll writes what AWS said before', async () => {
    const { asked, deps, clock, end, startAnew, poll } = await player();
    const polled = await poll(async () => {
      await end(300);
      clock.now += 100;
    });
    expect(polled.status).toBe('TERMINATING');
    expect((await deps.sessions.read(asked))?.status).toBe('TERMINATING');
    expect(await startAnew()).toBe('none');
  });

  it('keeps the end and the reason that AWS gave: a slower request to end it does not take them back', async () => {
    const { asked, deps, clock, end } = await player();
    const ended = { status: 'TERMINATED', statusReason: 'applicationExit' } as const;
    await end(0, () => deps.sessions.writeStatus(asked, { ...ended, statusAt: clock.now + 300 }));
    expect(await deps.sessions.read(asked)).toMatchObject(ended);
  });
});
