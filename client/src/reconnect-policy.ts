import { compact } from './compact.ts';
import { type Refusal, wordOf } from './problem.ts';
import type { StreamSession } from './session.ts';
import type { Ending } from './state.ts';
import {
  BASE_MS,
  CEILING_MS,
  CLOCKS_DIFFER_MS,
  FIRST_SPREAD_MS,
  FLOOR_MS,
  LAST_CHANCE_MS,
  LEAST_SPREAD_MS,
  MOST_SPREAD_MS,
  MOST_TOLD_MS,
  NOTICED_LATER_MS,
  TURN_SPREAD_MS,
  UNREACHABLE_CEILING_MS,
} from './timing.ts';

/** What the decision rests on. Times in milliseconds. */
export interface Circumstances {
  refusal: Refusal;
  /** Failures in a row for which no wait was named, this one included if so. */
  failures: number;
  /** What is left of the total budget. */
  remainingMs: number;
  /** In [0, 1). */
  random: number;
}

/** What comes next: a wait, `firm` where a server named it, so that nothing cuts it short; or the end. */
export type Step =
  | { ms: number; firm: boolean; ending?: undefined }
  | { ending: Ending; ms?: undefined; firm?: undefined };

/** Decides what a failed attempt leads to. */
export function nextStep({ refusal, failures, remainingMs, random }: Circumstances): Step {
  if (refusal.retry === 'never') return { ending: endingOf(refusal) };
  const expired: Step = { ending: { reason: 'expired', ...wordOf(refusal) } };
  const { retryAfterMs, queuePosition } = refusal;

  if (retryAfterMs !== undefined) {
    const isTurn = queuePosition !== undefined;
    const told = isTurn ? retryAfterMs : Math.min(retryAfterMs, MOST_TOLD_MS);
    // Spread after the cap, or everybody would land on the cap together.
    const spread = isTurn ? TURN_SPREAD_MS : Math.min(MOST_SPREAD_MS, Math.max(LEAST_SPREAD_MS, told / 5));
    const ms = Math.round(told + random * spread);
    return ms > remainingMs ? expired : { ms, firm: true };
  }

  const most = remainingMs - LAST_CHANCE_MS;
  if (most < FLOOR_MS) return expired;
  const ceiling = refusal.code === 'unreachable' ? UNREACHABLE_CEILING_MS : CEILING_MS;
  const ms = Math.round(FLOOR_MS + random * Math.min(ceiling, BASE_MS * 2 ** (failures - 1)));
  return { ms: Math.min(ms, most), firm: false };
}

/** The wait before the first request after a loss. @param random in [0, 1) */
export function firstWaitMs(random: number): number {
  return Math.round(random * FIRST_SPREAD_MS);
}

/**
 * How long it makes sense to try for a session, in milliseconds from `now`: its patience since the loss and what AWS may take to
 * notice it, but not past the end that no reconnect moves. An end that should have been before the loss is another clock's.
 */
export function budgetMs(session: StreamSession, lostAt: number, now: number): number {
  const patient = lostAt + session.connectionTimeoutSeconds * 1000 + NOTICED_LATER_MS;
  // While a session waits for its first client its end is near, and moves away as soon as somebody connects.
  const endsAt = Date.parse((session.status !== 'ACTIVE' && session.endsAt) || '');
  const end = endsAt > lostAt ? Math.min(patient, endsAt + CLOCKS_DIFFER_MS) : patient;
  return Math.max(0, end - now);
}

function endingOf(refusal: Refusal): Ending {
  const { status, detail, statusReason } = refusal;
  switch (refusal.code) {
    case 'stream_session_ended':
      return compact({ reason: 'session_ended', statusReason });
    case 'stream_session_not_found':
      return { reason: 'no_session' };
    case 'taken_over':
      return { reason: 'taken_over', by: 'device' };
    default:
      return { reason: 'refused', ...wordOf(refusal), status, detail };
  }
}
