import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUEUEING_MS, stepOf } from '../../../lambdas/admission/queue.ts';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import { queueState } from '../../../lambdas/admission/queue-state.ts';
import type { AdmissionQueue } from '../../../lambdas/admission/queue-table.ts';
import { reconnect } from '../../../lambdas/routes/reconnect/reconnect.ts';
import { admissionQueueOver, code, ownSession, sharedTable, stormOver } from '../broker.ts';

const real = sharedTable();

const START = 1_800_000_000_000;
const OPERATION = 'CreateStreamSessionConnection';
const NEVER = { end: Number.POSITIVE_INFINITY };
const at = (entry: Awaited<ReturnType<AdmissionQueue['admit']>>) =>
  entry !== 'notQueued' && 'at' in entry ? entry.at : Number.NaN;

const storm = () => stormOver(real.table);
const nextFreeAtOf = async (region: string) =>
  Number((await real.table.get(queueKey(OPERATION, region)))?.tat);

describe('in a storm', () => {
  it('a hundred players who arrive together, each in a sandbox of its own, get a hundred different tickets', async () => {
    const { region, clock } = await storm();
    const entries = await Promise.all(
      Array.from({ length: 100 }, () => admissionQueueOver(real.table, clock, { region }).admit(NEVER)),
    );
    const tickets = entries.map(at);
    expect(new Set(tickets.map((ticket) => (ticket - START - 60_000) / 50)).size).toBe(100);
    expect(tickets.every((ticket) => Number.isInteger((ticket - START - 60_000) / 50))).toBe(true);
  });

  it("a thousand requests by one player take one ticket only: the player's own rate limit holds", async () => {
    const { clock, deps, region } = await storm();
    const asked = await ownSession(deps);
    const before = await nextFreeAtOf(region);
    for (let i = 0; i < 1000; i++) {
      const request = { ...asked, key: `k${i}`, signalRequest: `o${i}`, endsBy: clock.now + 10_000 };
      await code(reconnect(request, deps));
      if (i % 100 === 0) clock.now += 100;
    }
    expect((await nextFreeAtOf(region)) - before).toBe(50);
  });
});

it('the table gives the tickets that the arithmetic says, whichever function asks and whatever it remembers', async () => {
  const steps = fc.array(
    fc.record({
      gap: fc.integer({ min: 0, max: 400 }),
      again: fc.boolean(),
      fresh: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (moves) => {
      const clock = { now: START };
      const region = randomUUID();
      let queue = admissionQueueOver(real.table, clock, { region });
      const model = queueState(undefined, 20);
      for (const { gap, again, fresh } of moves) {
        clock.now += gap;
        if (fresh) queue = admissionQueueOver(real.table, clock, { region });
        const entry = again ? await queue.readmit(NEVER, false) : await queue.admit(NEVER);
        if (entry === 'notQueued') continue;
        const step = stepOf(model, 20, { queue: 'nextFreeAt', now: clock.now, opens: again });
        const ticket = model.nextFreeAt > clock.now ? model.nextFreeAt : step.firstTicket;
        model.nextFreeAt = ticket + step.intervalMs;
        if (again) model.queueingUntil = clock.now + QUEUEING_MS;
        expect(at(entry)).toBeCloseTo(ticket, 2);
      }
    }),
    { numRuns: 40 },
  );
});
