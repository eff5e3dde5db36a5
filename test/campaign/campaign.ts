/** Runs seed after seed, and shrinks a plan of each kind of violation. */
import type { Alarms } from './alarms.ts';
import type { Code } from './bundle.ts';
import { planOf } from './generate.ts';
import { judgePlan } from './judge.ts';
import type { FaultKind, Invariant, Plan, Violation } from './plan.ts';
import { shrinkPlan } from './shrink.ts';

/** One kind of violation: the first seed that showed it, and the shortest plan that still does. */
export interface FoundViolation {
  seed: number;
  invariant: Invariant;
  what: string;
  replay: Plan;
  /** How many seeds showed it. */
  times: number;
}

export interface Campaign {
  requests: number;
  faults: number;
  violations: FoundViolation[];
}

/** Two violations are of one kind if they differ only in numbers. */
const kindOf = ({ invariant, what }: Pick<Violation, 'invariant' | 'what'>) =>
  `${invariant} ${what.replaceAll(/\d+/g, 'N')}`;

export interface CampaignOptions {
  from: number;
  seeds: number;
  kinds: readonly FaultKind[];
  code: Code;
  alarms: () => Alarms;
  /** Called after each seed. */
  onSeed?: (done: number, campaign: Campaign) => void;
  /** Called before a violation's plan is shrunk. */
  onFound?: (seed: number, violation: Violation) => void;
  /** Ends the campaign early. */
  enough?: (campaign: Campaign) => boolean;
  /** How many plans may run to shrink one. */
  tries?: number;
}

export async function campaign(options: CampaignOptions): Promise<Campaign> {
  const { from, seeds, kinds, code, alarms, onSeed, onFound, enough, tries } = options;
  const result: Campaign = { requests: 0, faults: 0, violations: [] };
  for (let seed = from; seed < from + seeds; seed++) {
    const plan = planOf(seed, kinds);
    const { requests, faults, violations } = await judgePlan(plan, code, alarms);
    result.requests += requests;
    result.faults += faults;
    for (const violation of new Map(violations.map((each) => [kindOf(each), each])).values()) {
      const known = result.violations.find((other) => kindOf(other) === kindOf(violation));
      if (known) {
        known.times++;
        continue;
      }
      onFound?.(seed, violation);
      const violates = async (smaller: Plan) => {
        const rerun = await judgePlan(smaller, code, alarms).catch(() => undefined);
        return rerun?.violations.some((other) => kindOf(other) === kindOf(violation)) ?? false;
      };
      const { invariant, what } = violation;
      // One run with guessing accounts takes as long as many small plans.
      const most = plan.about === 'guessers' ? Math.min(10, tries ?? 10) : tries;
      result.violations.push({
        seed,
        invariant,
        what,
        replay: await shrinkPlan(plan, violates, most),
        times: 1,
      });
    }
    onSeed?.(seed - from + 1, result);
    if (enough?.(result)) break;
  }
  return result;
}
