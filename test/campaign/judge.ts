/** Runs a plan, and checks what needs the run as a whole. */
import type { Alarms } from './alarms.ts';
import type { Code } from './bundle.ts';
import type { Exchange } from './exchange.ts';
import { LIAR } from './generate.ts';
import type { Plan, Step, Violation } from './plan.ts';
import { type RunResult, runPlan } from './run.ts';

/** A player's answers by step. */
function outcomesOf(player: number, exchanges: readonly Exchange[]): Map<number, string> {
  const own = exchanges.filter(({ request }) => request.player === player && typeof request.id === 'number');
  return new Map(own.map(({ request, body, status }) => [Number(request.id), `${body.code ?? status}`]));
}

/** Whether a player's request was under way at the same time as another one of the same player. */
function overlapsOwn(player: number, step: number, exchanges: readonly Exchange[]): boolean {
  const own = exchanges.filter(({ request }) => request.player === player);
  const asked = own.find(({ request }) => request.id === step);
  return own.some(
    (other) =>
      asked !== undefined &&
      other !== asked &&
      other.issuedAt < asked.endedAt &&
      asked.issuedAt < other.endedAt,
  );
}

/** 5: a player gets the same answers without the other players. */
async function compareAlone(plan: Plan, together: RunResult, code: Code): Promise<Violation[]> {
  const player = plan.seed % 2;
  const isForeign = ({ action }: Step) =>
    'whose' in action && action.whose !== undefined && action.whose !== player;
  const own = plan.steps.filter((step) => step.player === player && !isForeign(step));
  // The others' steps are removed; the times stay.
  let at = 0;
  const times = new Map(
    plan.steps.map((step) => {
      at += step.after;
      return [step.id, at];
    }),
  );
  const steps = own.map((step, index) => {
    const before = times.get(own[index - 1]?.id ?? -1) ?? 0;
    return { ...step, after: (times.get(step.id) ?? 0) - before };
  });
  const alone = await runPlan({ ...plan, steps }, code);
  const [here, there] = [outcomesOf(player, together.exchanges), outcomesOf(player, alone.exchanges)];
  for (const [step, outcome] of there) {
    const other = here.get(step);
    if (other === undefined || other === outcome) continue;
    // After a wait in the queue everything may differ.
    if (other === 'paced' || outcome === 'paced') return [];
    // The order of a player's own two requests is chance.
    const waitsForOwn = (code: string, { exchanges }: RunResult) =>
      code === 'connection_in_progress' && overlapsOwn(player, step, exchanges);
    if (waitsForOwn(other, together) || waitsForOwn(outcome, alone)) return [];
    const what = `a player gets ${other} beside others, but ${outcome} alone`;
    return [{ invariant: 5, what, step }];
  }
  return [];
}

/** Within this time a player's failure is not counted again. */
const COUNTED_AGAIN_MS = 300_000;

/** 8: one player's failures count once in five minutes. Every alarm about all players depends on that. */
function countedTwice(exchanges: readonly Exchange[]): Violation | undefined {
  const failures = exchanges.filter(({ counted }) =>
    counted.some(({ name, value }) => name === 'Failed' && value === 1),
  );
  const again = failures.find((one) =>
    failures.some(
      (other) =>
        other.request.route === one.request.route &&
        other.endedAt < one.endedAt &&
        one.endedAt - other.endedAt < COUNTED_AGAIN_MS - SLOW_MS,
    ),
  );
  return (
    again && {
      invariant: 8,
      what: `one player's failures of ${again.request.route} counted twice in five minutes`,
    }
  );
}

/** A failure is counted a little before its answer comes. */
const SLOW_MS = 1000;

/**
 * Runs a plan and judges it by all invariants.
 *
 * @param alarms used only where one player acts alone
 */
export async function judgePlan(plan: Plan, code: Code, alarms: () => Alarms): Promise<RunResult> {
  const result = await runPlan(plan, code);
  if (plan.about === 'calm' || plan.about === 'liars')
    result.violations.push(...(await compareAlone(plan, result, code)));
  if (plan.about === 'liars') {
    const liars = result.exchanges.filter(({ request }) => request.player === LIAR);
    for (const name of liars.length > 0 ? alarms().ringing(liars) : []) {
      result.violations.push({
        invariant: 8,
        what: `one player with false reports caused the alarm ${name}`,
      });
    }
  }
  if (plan.about === 'mischief') {
    const twice = countedTwice(result.exchanges);
    if (twice) result.violations.push(twice);
    for (const name of alarms().ringing(result.exchanges)) {
      result.violations.push({ invariant: 8, what: `one player alone caused the alarm ${name}` });
    }
  }
  return result;
}
