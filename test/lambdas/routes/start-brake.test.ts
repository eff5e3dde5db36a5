import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sliOutcomeOf } from '../../../lambdas/reliability/sli.ts';
import { start } from '../../../lambdas/routes/start/start.ts';
import { code, sharedTable, startRequest } from '../broker.ts';
import { startWith } from '../start-broker.ts';

const real = sharedTable();
const NOW = 1_800_000_000_000;

/** Starts while an operator may pull the brake. */
function braked(startsPerMinute = 100) {
  const clock = { now: NOW };
  const state = { isOn: true, begun: 0, status: 'ACTIVE' as 'ACTIVE' | 'TERMINATED', dies: false };
  const deps = startWith(
    real.table,
    clock,
    async () => {
      state.begun += 1;
      if (state.dies) throw new Error('killed');
      return randomUUID();
    },
    {
      limits: { maxLiveSessionsPerPlayer: 1, startsPerMinute },
      lookUpStatus: async () => ({ status: state.status }),
      startBrake: async () =>
        state.isOn ? { until: NOW + 600_000, setAt: NOW, operator: 'o', reason: 'r' } : undefined,
    },
  );
  return { state, deps, clock };
}

describe('with the brake on', () => {
  it('a new session is refused, without a call to AWS, and does not count as a failure', async () => {
    const { state, deps } = braked();
    const refusal = await start(startRequest(), deps).catch((problem) => problem);
    expect([refusal.code, state.begun]).toEqual(['starts_paused', 0]);
    expect(sliOutcomeOf(refusal, 503)).toBe('excluded');
    expect(refusal.sliOutcome ?? 'excluded').toBe('excluded');
  });

  it('who waits for its end is not charged: the first start after it goes through', async () => {
    const { state, deps } = braked(1);
    const request = startRequest();
    for (let at = 0; at < 5; at += 1) expect(await code(start(request, deps))).toBe('starts_paused');
    state.isOn = false;
    expect(await code(start(request, deps))).toBe('none');
  });

  it('a player with a live session still hears of it, and can reconnect', async () => {
    const { state, deps } = braked();
    state.isOn = false;
    const request = startRequest();
    await start(request, deps);
    state.isOn = true;
    const { playerId } = request;
    expect(await code(start(startRequest({ playerId }), deps))).toBe('session_limit_reached');
  });

  it('a player whose session is over gets no new one', async () => {
    const { state, deps, clock } = braked();
    state.isOn = false;
    const request = startRequest();
    await start(request, deps);
    Object.assign(state, { isOn: true, status: 'TERMINATED' });
    clock.now += 2000;
    const { playerId } = request;
    expect(await code(start(startRequest({ playerId, endsBy: clock.now + 15_000 }), deps))).toBe(
      'starts_paused',
    );
    expect(state.begun).toBe(1);
  });

  it('a start that was answered before is answered again, with the same bytes', async () => {
    const { state, deps } = braked();
    state.isOn = false;
    const request = startRequest();
    const first = await start(request, deps);
    state.isOn = true;
    expect(await start(request, deps)).toEqual({ body: first.body, replayed: true });
  });

  it('a start that may have begun its session before is finished: nobody pays for a session without a player', async () => {
    const { state, deps, clock } = braked();
    Object.assign(state, { isOn: false, dies: true });
    const request = startRequest();
    await start(request, deps).catch(() => {});
    Object.assign(state, { isOn: true, dies: false });
    clock.now = request.endsBy + 501;
    expect(await code(start({ ...request, endsBy: clock.now + 15_000 }, deps))).toBe('none');
  });
});
