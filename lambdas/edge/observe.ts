import { AwsFailure } from '../core/awsFailure.ts';
import type { Observed } from '../core/outcomes.ts';
import { Problem } from '../core/problems.ts';
import type { SessionRecord, StreamSessionStatus } from '../core/streamSession.ts';
import type { Counters } from './counters.ts';
import type { AwsStreamSession, CallBudget } from './gameliftstreams.ts';
import type { Changes, SessionKey } from './records.ts';

/** GetStreamSession for one session, as the functions are handed it. */
export type GetStreamSession = (
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
) => Promise<AwsStreamSession>;

/** A session to look at, and since when it exists (epoch milliseconds), as far as is known. */
export type Sight = SessionKey & { createdAt?: number };

/** Who shares a quota: one count for the whole account. */
const ACCOUNT = 'ACCOUNT';
const SECOND_MS = 1000;
/** What those who wait for their first answer leave to everybody else. */
const SHARE_OF_OTHERS = 0.75;
/** For this long AWS may not know everywhere yet a session that it has just started. */
const CONSISTENT_AFTER_MS = 120_000;

/**
 * One place in this second's quota of GetStreamSession, counted for all functions of the deployment together.
 *
 * @param quota calls a second.
 * @param urgent a player waits for the answer to a start; a part of the quota is kept for those.
 * @returns whether a place was left; not when the table can't tell, which under load is the likelier truth.
 */
export async function takeLook(
  counters: Counters,
  { quota, region, urgent = false }: { quota: number; region: string; urgent?: boolean },
  now: number,
): Promise<boolean> {
  const limit = urgent ? quota : Math.max(1, Math.floor(quota * SHARE_OF_OTHERS));
  try {
    return (await counters.spend(ACCOUNT, `GetStreamSession#${region}`, limit, SECOND_MS, now)) === 0;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

/** What a fresh look at AWS changes in a session's record. A session that AWS has forgotten is over. */
export function seenChanges(
  record: SessionRecord,
  seen: AwsStreamSession | undefined,
  now: number,
): Changes & { status: StreamSessionStatus; statusAt: number } {
  const status = seen ? seen.status : 'TERMINATED';
  return {
    status,
    statusAt: now,
    ...(status === record.status ? {} : { statusSince: now }),
    ...(seen?.statusReason ? { statusReason: seen.statusReason } : {}),
    ...(seen?.location ? { location: seen.location } : {}),
  };
}

/**
 * GetStreamSession, with undefined for a session that AWS no longer knows.
 *
 * @throws AwsFailure, also where AWS does not know a session so young that it need not know it everywhere yet: a
 * session that is once taken for over is never asked about again, so that must be certain.
 */
export async function lookAt(
  get: GetStreamSession,
  sight: Sight,
  budget: CallBudget,
): Promise<AwsStreamSession | undefined> {
  try {
    return await get(sight.streamGroupId, sight.streamSessionId, budget);
  } catch (error) {
    if (!(error instanceof AwsFailure) || error.kind !== 'notFound') throw error;
    const young = sight.createdAt !== undefined && budget.now() - sight.createdAt < CONSISTENT_AFTER_MS;
    if (young) throw new AwsFailure('internal', false, error);
    return undefined;
  }
}

/** The same, reduced to the status, and undefined where AWS does not say: for explaining a refusal. */
export async function observed(
  get: GetStreamSession,
  sight: Sight,
  budget: CallBudget,
): Promise<Observed | undefined> {
  try {
    const seen = await lookAt(get, sight, budget);
    if (!seen) return { status: 'TERMINATED' };
    return {
      status: seen.status,
      ...(seen.statusReason === undefined ? {} : { statusReason: seen.statusReason }),
    };
  } catch (error) {
    if (error instanceof AwsFailure) return undefined;
    throw error;
  }
}
