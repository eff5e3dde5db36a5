/** The attacks of the test suite: few seeds of each in `npm test`, many in `npm run test:all`. */
import { expect } from 'vitest';
import { type Alarms, playerAlarms } from './alarms.ts';
import { bundledRoutes, type Code } from './bundle.ts';
import { campaign } from './campaign.ts';
import { describePlan } from './describe.ts';
import { FAULTS, type FaultKind } from './plan.ts';

/** For each attack: what fails, and the first seed. */
export const ATTACKS: readonly [what: string, kinds: readonly FaultKind[], from: number][] = [
  ['where AWS fails', ['aws'], 1000],
  ['where the table fails', ['table'], 2000],
  ['where functions are killed', ['kills'], 3000],
  ['where clocks are apart', ['clocks'], 4000],
  ['where all of it happens at once', FAULTS, 5000],
];

export interface AttackTarget {
  readonly code: Code;
  readonly alarms: Alarms;
}

/** The functions as they are deployed. */
export async function attackTarget(): Promise<AttackTarget> {
  return { code: await bundledRoutes(), alarms: playerAlarms() };
}

/** Expects that no seed violates an invariant, and that the seeds make requests at all. */
export async function expectNoViolation(
  { code, alarms }: AttackTarget,
  attack: { readonly kinds: readonly FaultKind[]; readonly from: number; readonly seeds: number },
): Promise<void> {
  const { requests, violations } = await campaign({ ...attack, code, alarms: () => alarms, tries: 60 });
  const found = violations.map(({ seed, invariant, what, replay }) => ({
    seed,
    violates: `(${invariant}) ${what}`,
    steps: describePlan(replay),
  }));
  expect(found).toEqual([]);
  expect(requests).toBeGreaterThan(9 * attack.seeds);
}
