import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { queueKey } from '../../../lambdas/admission/queue-items.ts';
import type { AwsFailure } from '../../../lambdas/gameliftstreams/aws-failure.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { admissionQueueOver, refusal, sharedTable, startRequest, told } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();

const START = 1_800_000_000_000;

/** Starts in two stream groups of different Regions, in the first of which players wait. */
async function starts({ tat = START + 60_000, startsPerMinute = 100 } = {}) {
  const clock = { now: START };
  const stormy = randomUUID();
  await real.table.putNew({
    ...queueKey('CreateStreamSessionConnection', stormy),
    pacingUntil: START + 600_000,
    tat,
  });
  const queues: Record<string, ReturnType<typeof admissionQueueOver>> = {
    'sg-1': admissionQueueOver(real.table, clock, { region: stormy }),
    'sg-2': admissionQueueOver(real.table, clock),
  };
  const failures: AwsFailure[] = [];
  const sessions: string[] = [];
  const deps = startWith(
    real.table,
    clock,
    async () => {
      const failure = failures.shift();
      if (failure) throw failure;
      const id = randomUUID();
      sessions.push(id);
      return id;
    },
    {
      limits: { maxLiveSessionsPerPlayer: 1, startsPerMinute },
      streamGroups: [{ id: 'sg-1' }, { id: 'sg-2' }],
      admissionQueue: (group) => queues[group] ?? expect.unreachable(),
    },
  );
  const ask = (request: Parameters<typeof start>[0]) =>
    told(start({ ...request, endsBy: clock.now + 15_000 }, deps));
  return { clock, deps, failures, sessions, ask };
}

describe('the ticket of a start', () => {
  it('counts in the Region it was given in: a storm in one does not keep a player out of another', async () => {
    const { ask, clock } = await starts();
    const request = startRequest();
    expect(await ask(request)).toMatchObject({ code: 'paced', retryAfterMs: 60_000 });
    clock.now += 1000;
    expect(await ask({ ...request, group: { ...request.group, id: 'sg-2' } })).toEqual({ code: 'none' });
  });

  it('is let through on time also where AWS throttled the one before: a rate limit of one start does not refuse it', async () => {
    const { ask, clock, failures } = await starts({ tat: START + 5000, startsPerMinute: 1 });
    const request = startRequest();
    await ask(request);
    clock.now = START + 5000;
    failures.push(refusal('throttled'), refusal('throttled'));
    const second = await ask(request);
    expect(second).toMatchObject({ code: 'paced' });
    clock.now += second.retryAfterMs ?? 0;
    expect(await ask(request)).toEqual({ code: 'none' });
  });
});

describe('a start that AWS may have acted on before it throttled', () => {
  it('stays in its slot, also where the next attempt is refused: another start would begin a second session', async () => {
    const { ask, deps, failures } = await starts({ tat: 0 });
    const request = startRequest({ group: { ...startRequest().group, id: 'sg-2' } });
    failures.push(refusal('throttled', true), refusal('quota'));
    await ask(request);
    const [slot] = await deps.slots.read(request.playerId, 1);
    expect(slot?.request).toBeDefined();
  });
});

describe('a queue of players who left', () => {
  it('does not hold up players who start now: the places are given again', async () => {
    const { ask } = await starts({ tat: START + 3_600_000 });
    const heard = await ask(startRequest());
    expect(heard.retryAfterMs ?? 0).toBeLessThan(60_000);
  });
});
