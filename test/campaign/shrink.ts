/** Removes everything from a plan that its violation does not need: steps, faults, waits, clock differences. */
import type { Plan, Step } from './plan.ts';

/** Removes some steps. The others keep their times. */
function without(steps: readonly Step[], gone: (index: number) => boolean): Step[] {
  let waited = 0;
  return steps.flatMap((step, index) => {
    waited += step.after;
    if (gone(index)) return [];
    const kept = { ...step, after: waited };
    waited = 0;
    return [kept];
  });
}

/** Plans with one simplification, the largest first. */
function* simpler(plan: Plan): Generator<Plan> {
  const { steps } = plan;
  for (let size = steps.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < steps.length; from += size) {
      yield { ...plan, steps: without(steps, (index) => index >= from && index < from + size) };
    }
  }
  const changed = (index: number, changes: Partial<Step>) =>
    ({ ...plan, steps: steps.map((step, at) => (at === index ? { ...step, ...changes } : step)) }) as Plan;
  for (const [index, step] of steps.entries()) {
    for (const fault of step.faults) {
      yield changed(index, { faults: step.faults.filter((other) => other !== fault) });
    }
    if (step.answerLost) yield changed(index, { answerLost: false });
    if (step.sandbox > 0) yield changed(index, { sandbox: 0 });
    for (const after of [0, 1000]) if (step.after > after) yield changed(index, { after });
    const { action } = step;
    if (action.kind === 'guess' && action.accounts > 2) {
      yield changed(index, { action: { ...action, accounts: action.accounts >> 1 } });
    }
  }
  if (!plan.returnsItem) yield { ...plan, returnsItem: true };
  if (plan.clocksApart > 0) yield { ...plan, clocksApart: 0 };
}

/**
 * @param violates whether a plan still violates as the first did
 * @param tries how many plans are run at most
 */
export async function shrinkPlan(
  plan: Plan,
  violates: (plan: Plan) => Promise<boolean>,
  tries = 300,
): Promise<Plan> {
  let smallest = plan;
  let left = tries;
  for (let again = true; again && left > 0; ) {
    again = false;
    for (const candidate of simpler(smallest)) {
      if (left-- <= 0) break;
      if (candidate.steps.length === 0 || !(await violates(candidate))) continue;
      smallest = candidate;
      again = true;
      break;
    }
  }
  return smallest;
}
