import { compact } from './compact.ts';
import type { StreamSession } from './contract.ts';
import { type Refusal, wordOf } from './problem.ts';
import type { Ending } from './state.ts';
import {
  AWS_NOTICE_MS,
  BASE_MS,
  CEILING_MS,
  CLOCK_SKEW_MS,
  FIRST_SPREAD_MS,
  FLOOR_MS,
  LAST_CHANCE_MS,
  MAX_RETRY_AFTER_MS,
  MAX_SPREAD_MS,
  MIN_SPREAD_MS,
  TICKET_SPREAD_MS,
  UNREACHABLE_CEILING_MS,
} from './timing.ts';

/** What the decision depends on. Times in milliseconds. */
export interface RetryInput {
  refusal: Refusal;
  /** Failures in a row without a wait named by the server, this one included. */
  failures: number;
  /** How much time is left. */
  remainingMs: number;
  /** In [0, 1). */
  random: number;
}

/** A wait, or the end. A wait that the server named is `firm`: nothing cuts it short. */
export type RetryDecision =
  | { ms: number; firm: boolean; ending?: undefined }
  | { ending: Ending; ms?: undefined; firm?: undefined };

/** Decides what follows a failed request. */
export function decideRetry({ refusal, failures, remainingMs, random }: RetryInput): RetryDecision {
  if (refusal.retry === 'never') return { ending: endingOf(refusal) };
  const expired: RetryDecision = { ending: { reason: 'expired', ...wordOf(refusal) } };
  const { retryAfterMs, queuePosition } = refusal;

  if (retryAfterMs !== undefined) {
    const isQueued = queuePosition !== undefined;
    const retryAfter = isQueued ? retryAfterMs : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
    // The spread comes after the cap. Otherwise all clients beyond the cap would come at the same time.
    const spread = isQueued
      ? TICKET_SPREAD_MS
      : Math.min(MAX_SPREAD_MS, Math.max(MIN_SPREAD_MS, retryAfter / 5));
    const ms = Math.round(retryAfter + random * spread);
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
 * How long a reconnect can succeed, in milliseconds from `now`: the session's connection timeout since the loss, and the time that AWS
 * may take to notice it. It never exceeds the session's end. An end before the loss comes from another clock and is ignored.
 */
export function retryWindowMs(session: StreamSession, lostAt: number, now: number): number {
  const patient = lostAt + session.connectionTimeoutSeconds * 1000 + AWS_NOTICE_MS;
  // A session that waits for its first client ends soon; its end moves as soon as a client connects.
  const endsAt = Date.parse((session.status !== 'ACTIVE' && session.endsAt) || '');
  const end = endsAt > lostAt ? Math.min(patient, endsAt + CLOCK_SKEW_MS) : patient;
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
