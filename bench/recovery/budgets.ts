import type { Condition, ConditionRecoveries } from './conditions.ts';
import { type Figures, figuresOf } from './figures.ts';

/** A budget of one kind of loss, and whether it was held. */
export interface Budget {
  /** The budget and the measured value, for people. */
  sentence: string;
  held: boolean;
}

/** How much longer than the blackout, and than doing nothing, a recovery may take. Milliseconds. */
const HEAL_WITHIN_MS = 300;
const BEHIND_NOTHING_MS = 1000;

/** The longest median after a permanent loss, in milliseconds. */
const LOST_MS = { atOnce: 2300, afterNotice: 1000, close: 300, downlink: 14_000 };

/** The budgets of one kind of loss. */
export function budgetsOf({ condition, of }: ConditionRecoveries): Budget[] {
  if (of.rejoin === undefined) return [];
  const rejoin = figuresOf(of.rejoin);
  const budgets = [median(rejoin, allowedMs(condition))];
  if (condition.how === 'blackout' && of.nothing !== undefined) {
    budgets.push(comparison(rejoin, figuresOf(of.nothing)));
  }
  if (condition.how !== 'blackhole') budgets.push(comesBack(rejoin));
  return budgets;
}

function allowedMs(condition: Condition): number {
  switch (condition.how) {
    case 'blackhole':
      return condition.notice === 0 ? LOST_MS.atOnce : condition.notice * 1000 + LOST_MS.afterNotice;
    case 'blackout':
      return condition.seconds * 1000 + HEAL_WITHIN_MS;
    default:
      return LOST_MS[condition.how];
  }
}

function median({ frameMs }: Figures, mostMs: number): Budget {
  return {
    sentence: `median at most ${seconds(mostMs)}: ${seconds(frameMs)}`,
    held: frameMs !== null && frameMs <= mostMs,
  };
}

/** Compares the slowest of both: on a busy machine both are late, and a median would hide one that is stuck. */
function comparison(rejoin: Figures, nothing: Figures): Budget {
  const [ours, theirs] = [rejoin.slowestMs, nothing.slowestMs];
  return {
    sentence: `slowest at most 1 s behind doing nothing: ${seconds(ours)}; doing nothing: ${seconds(theirs)}`,
    held: ours !== null && ours <= (theirs ?? Infinity) + BEHIND_NOTHING_MS,
  };
}

function comesBack({ never }: Figures): Budget {
  return { sentence: `always back: ${never === 0 ? 'yes' : `${never} never`}`, held: never === 0 };
}

function seconds(ms: number | null): string {
  return ms === null ? 'never' : `${(ms / 1000).toFixed(2)} s`;
}
