import type { LookupLimiter } from '../admission/lookup-limiter.ts';
import { AwsFailure, isUncertain } from './aws-failure.ts';
import type { AwsStreamSession, CallBudget } from './calls.ts';
import type { StatusLookup } from './refusals.ts';

/** GetStreamSession for one session, as the functions are handed it. */
export type GetStreamSession = (
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
) => Promise<AwsStreamSession>;

/** A session whose status is looked up, and since when it exists (epoch milliseconds), as far as is known. */
export interface SessionToLookUp {
  streamGroupId: string;
  streamSessionId: string;
  createdAt?: number;
}

/** For this long AWS may not know everywhere yet a session that it has just started. */
const CONSISTENT_AFTER_MS = 120_000;

/**
 * GetStreamSession, after the limiter gave way, with undefined for a session that AWS no longer knows.
 *
 * @throws AwsFailure, also where AWS does not know a session so young that it need not know it everywhere yet: a
 * session that is once taken for over is never looked up again, so that must be certain.
 */
export async function lookUpSession(
  get: GetStreamSession,
  limiter: LookupLimiter,
  session: SessionToLookUp,
  budget: CallBudget,
): Promise<AwsStreamSession | undefined> {
  try {
    const seen = await get(session.streamGroupId, session.streamSessionId, budget);
    budget.metrics.lookups++;
    return seen;
  } catch (error) {
    if (error instanceof AwsFailure && isUncertain(error.kind)) {
      budget.metrics.lookups++;
      budget.metrics.failedLookups++;
    }
    if (error instanceof AwsFailure && error.kind === 'throttled') await limiter.slowDown();
    if (!(error instanceof AwsFailure) || error.kind !== 'notFound') throw error;
    const young = session.createdAt !== undefined && budget.now() - session.createdAt < CONSISTENT_AFTER_MS;
    if (young) throw new AwsFailure('internal', false, error);
    return undefined;
  }
}

/** The same, reduced to the status, and undefined where AWS does not say: for explaining a refusal. */
export async function lookUpStatus(
  get: GetStreamSession,
  limiter: LookupLimiter,
  session: SessionToLookUp,
  budget: CallBudget,
): Promise<StatusLookup | undefined> {
  try {
    const seen = await lookUpSession(get, limiter, session, budget);
    if (!seen) return { status: 'TERMINATED' };
    return {
      status: seen.status,
      ...(seen.statusReason === undefined ? {} : { statusReason: seen.statusReason }),
      ...(seen.lastUpdatedAt === undefined ? {} : { lastUpdatedAt: seen.lastUpdatedAt }),
    };
  } catch (error) {
    if (error instanceof AwsFailure) return undefined;
    throw error;
  }
}
