import { ENDINGS, LOSSES, OUTCOMES } from '../../../contract/recovery-report.ts';
import { RECOVERY_FIELDS } from '../../../contract/requests.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { refuse, requireBody } from '../../problems/validation.ts';

/** The player left, or plays elsewhere: whether the stream would have come back, nobody knows. */
const LEFT: readonly string[] = ['taken_over', 'held_by_tab', 'ended_by_player', 'closed', 'aborted'];

/** Longer times are counted as ten minutes, so that one false report can't change an average much. */
const MOST_MS = 600_000;
const MOST_ATTEMPTS = 1000;

/** One report. Nothing in it is proven: a player's page says so. Times are whole milliseconds, from 0 to 600,000. */
export interface Recovery {
  outcome: (typeof OUTCOMES)[number];
  why: (typeof LOSSES)[number];
  /** Only with `given_up`. */
  ending?: (typeof ENDINGS)[number];
  /** For how long nothing was seen of the stream. */
  silentMs: number;
  /** Connections asked for, from 0 to 1000. */
  attempts: number;
  /** How long before the report it was over. */
  agoMs: number;
}

/** What a report counts as: the player was back after so long, was never back, or left before that was known. */
export function feltBy({ ending, silentMs }: Recovery): NonNullable<RequestMetrics['felt']> {
  if (ending === undefined) return { backAfterMs: silentMs };
  return LEFT.includes(ending) ? 'left' : 'neverBack';
}

/**
 * Reads a report. Unknown fields and unknown words are refused, so a log line holds words of ours alone. Numbers are
 * clamped and rounded.
 *
 * @throws Problem `invalid_request` that names the field
 */
export function requireRecovery(body: string | undefined): Recovery {
  const fields = requireBody(body, RECOVERY_FIELDS);
  const outcome = oneOf('outcome', fields.outcome, OUTCOMES);
  const hasEnding = outcome === 'given_up';
  if (!hasEnding && fields.ending !== undefined) refuse('ending', 'is only for the outcome given_up');
  return {
    outcome,
    why: oneOf('why', fields.why, LOSSES),
    ...(hasEnding ? { ending: oneOf('ending', fields.ending, ENDINGS) } : {}),
    silentMs: clamped('silentMs', fields.silentMs, MOST_MS),
    attempts: clamped('attempts', fields.attempts, MOST_ATTEMPTS),
    agoMs: clamped('agoMs', fields.agoMs, MOST_MS),
  };
}

function oneOf<const Word extends string>(field: string, value: unknown, words: readonly Word[]): Word {
  return words.find((word) => word === value) ?? refuse(field, `must be one of ${words.join(', ')}`);
}

function clamped(field: string, value: unknown, most: number): number {
  if (typeof value !== 'number') return refuse(field, 'must be a number');
  return Math.round(Math.min(most, Math.max(0, value)));
}
