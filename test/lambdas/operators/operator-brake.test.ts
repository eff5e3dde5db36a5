import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { tableWindowCounters } from '../../../lambdas/limits/window-counters.ts';
import { OperatorProblem } from '../../../lambdas/problems/operator-problems.ts';
import { type BrakeDependencies, setBrake } from '../../../lambdas/routes/operator-brake/brake.ts';
import { code, sharedTable } from '../broker.ts';

const real = sharedTable();
const NOW = 1_800_000_000_000;

function braking(changes: Partial<BrakeDependencies> = {}) {
  const events: unknown[] = [];
  const deps: BrakeDependencies = {
    settings: { adminShell: { perOperatorPerMinute: 3, perMinute: 100_000 } },
    counters: tableWindowCounters(real.table),
    countUse: () => events.push('metric'),
    audit: {
      write: async (record) => {
        const { call: _, ...written } = record;
        events.push(written);
      },
    },
    brake: { write: async (brake) => void events.push(brake) },
    now: () => NOW,
    ...changes,
  };
  const who = {
    operator: 'arn:o',
    accessKeyId: 'a',
    entry: randomUUID(),
    sourceIp: '192.0.2.1',
    userAgent: '',
  };
  const set = (seconds: number) =>
    setBrake({ call: { ...who, requestId: randomUUID() }, seconds, reason: 'Ticket 4711' }, deps);
  return { events, set };
}

const record = {
  action: 'brake',
  about: 'brake/starts',
  reason: 'Ticket 4711',
  outcome: 'requested',
  at: NOW,
};

describe('an operator who sets the brake', () => {
  it('is counted for the alarm and recorded first, then the brake is on', async () => {
    const { events, set } = braking();
    const brake = { until: NOW + 1_800_000, setAt: NOW, operator: 'arn:o', reason: 'Ticket 4711' };
    expect(await set(1800)).toEqual(brake);
    expect(events).toEqual(['metric', { ...record, seconds: 1800 }, brake]);
  });

  it('takes it off with 0 seconds, recorded as well', async () => {
    const { events, set } = braking();
    expect(await set(0)).toBeUndefined();
    const brake = { until: NOW, setAt: NOW, operator: 'arn:o', reason: 'Ticket 4711' };
    expect(events).toEqual(['metric', { ...record, seconds: 0 }, brake]);
  });

  it('keeps nobody out without a record', async () => {
    const write = () => Promise.reject(new OperatorProblem('audit_unavailable', 'down'));
    const { events, set } = braking({ audit: { write } });
    expect(await code(set(60))).toBe('audit_unavailable');
    expect(events).toEqual(['metric']);
  });

  it('may do so only as often as open shells', async () => {
    const { events, set } = braking();
    for (let at = 0; at < 3; at += 1) await set(60);
    const before = events.length;
    expect(await code(set(60))).toBe('too_many_requests');
    expect(events).toHaveLength(before);
  });
});
