import { expect, test } from 'vitest';
import { parseFault } from '../../emulator/api/fault.ts';
import { DEFAULT_SETTINGS, mergeSettings } from '../../emulator/model/settings.ts';
import { faultPlan } from './fault-plan.ts';

const TEN_MINUTES = 600_000;
const plan = faultPlan(1, TEN_MINUTES);

test('the same seed plans the same faults, and another seed plans others', () => {
  expect(faultPlan(1, TEN_MINUTES)).toEqual(plan);
  expect(faultPlan(2, TEN_MINUTES)).not.toEqual(plan);
});

test('ten minutes have every kind of fault, in their order and within the time', () => {
  const kinds = plan.map(({ fault }) => {
    if (fault.kind === 'aws') return `AWS ${fault.fault.kind}`;
    return 'of' in fault ? `${fault.kind} ${fault.of}` : fault.kind;
  });
  expect(new Set(kinds)).toEqual(
    new Set([
      'cut players',
      'stall players',
      'cut table',
      'stall table',
      'deafen table',
      'kill',
      'freeze',
      'awsChoice',
      'AWS throttle',
      'AWS internal',
      'AWS lostResponse',
      'AWS reset',
      'AWS latency',
    ]),
  );
  const times = plan.map(({ at }) => at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThan(TEN_MINUTES);
});

test('some functions are frozen beyond their time-out, most are not', () => {
  const frozen = plan.flatMap(({ fault }) => (fault.kind === 'freeze' ? [fault.ms] : []));
  const long = frozen.filter((ms) => ms > 15_000);
  expect(long.length).toBeGreaterThan(0);
  expect(long.length).toBeLessThan(frozen.length / 2);
});

test('the emulator takes every fault and every choice of the plan', () => {
  for (const { fault } of plan) {
    if (fault.kind === 'aws') expect(() => parseFault(fault.fault)).not.toThrow();
    if (fault.kind === 'awsChoice')
      expect(() => mergeSettings(DEFAULT_SETTINGS, fault.settings)).not.toThrow();
  }
});
