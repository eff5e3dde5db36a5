import { AwsFailure } from '../core/awsFailure.ts';
import type { Observed } from '../core/outcomes.ts';
import type { SessionRecord, StreamSessionStatus } from '../core/streamSession.ts';
import type { Counters } from './counters.ts';
import type { AwsStreamSession, CallBudget } from './gameliftstreams.ts';
import type { Changes } from './records.ts';

/** GetStreamSession for one session, as the functions are handed it. */
export type GetStreamSession = (
  streamGroupId: string,
  streamSessionId: string,
  budget: CallBudget,
) => Promise<AwsStreamSession>;

/** Who shares a quota: one count for the whole account. */
const ACCOUNT = 'ACCOUNT';
const SECOND_MS = 1000;

/**
 * One place in this second's quota of GetStreamSession, counted for all functions of the deployment together.
 *
 * @param quota calls a second.
 * @returns whether a place was left.
 */
export async function takeLook(
  counters: Counters,
  quota: number,
  region: string,
  now: number,
): Promise<boolean> {
  return (await counters.spend(ACCOUNT, `GetStreamSession#${region}`, quota, SECOND_MS, now)) === 0;
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

/** GetStreamSession, with undefined for a session that AWS no longer knows. @throws AwsFailure */
export async function lookAt(
  get: GetStreamSession,
  key: { streamGroupId: string; streamSessionId: string },
  budget: CallBudget,
): Promise<AwsStreamSession | undefined> {
  try {
    return await get(key.streamGroupId, key.streamSessionId, budget);
  } catch (error) {
    if (error instanceof AwsFailure && error.kind === 'notFound') return undefined;
    throw error;
  }
}

/** The same, reduced to the status, and undefined where AWS does not say: for explaining a refusal. */
export async function observed(
  get: GetStreamSession,
  key: { streamGroupId: string; streamSessionId: string },
  budget: CallBudget,
): Promise<Observed | undefined> {
  try {
    const seen = await lookAt(get, key, budget);
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
