import { AwsFailure } from '../core/aws-failure.ts';
import { statusProblem } from '../core/outcomes.ts';
import { Problem } from '../core/problems.ts';
import type { SessionRecord } from '../core/stream-session.ts';
import type { Counters } from './counters.ts';
import type { AwsStreamSession, CallBudget } from './gameliftstreams.ts';
import { measured } from './measured.ts';
import { type GetStreamSession, lookAt } from './observe.ts';
import type { Records, SessionKey } from './records.ts';
import type { Settings } from './settings.ts';
import type { Spots } from './spots.ts';
import type { Log } from './telemetry.ts';

const MINUTE_MS = 60_000;
const SECOND_MS = 1000;

/** What adoption works with. */
export interface AdoptDependencies {
  settings: Settings;
  records: Records;
  counters: Counters;
  spotsIn(region: string): Spots;
  getStreamSession: GetStreamSession;
  now(): number;
  random(): number;
  log: Log;
}

/**
 * Finds out whether a session that the table does not know was started elsewhere for this player: one
 * GetStreamSession, and the session's `UserId` decides. The owner of a session never changes, so the record can't go stale.
 *
 * Somebody else's session and an unknown one take the same steps: both are charged to the caller's own budget of
 * misses and to a capped share of the account's quota, so that guessing costs nobody but the one who guesses.
 *
 * @param deadline epoch milliseconds by which AWS must have answered.
 * @returns the new record, or undefined when adoption is off or the session is not this player's.
 * @throws Problem `too_many_requests` or `paced` when a budget is spent, or AWS's failure.
 */
export async function adopt(
  key: SessionKey,
  deadline: number,
  deps: AdoptDependencies,
): Promise<SessionRecord | undefined> {
  const { adoption, limits, quotas, streamGroups } = deps.settings;
  const group = streamGroups.find((candidate) => candidate.id === key.streamGroupId);
  if (!adoption.enabled || !group) return undefined;
  const now = deps.now();

  const ownWait = await deps.counters.spend(key.playerId, 'miss', limits.missesPerMinute, MINUTE_MS, now);
  if (ownWait > 0) {
    throw new Problem('too_many_requests', 'This player has asked for unknown sessions too often.', {
      retryAfterMs: ownWait,
    });
  }
  const share = Math.max(1, Math.floor(quotas.GetStreamSession * adoption.quotaShare));
  const sharedWait = await deps.counters.spend('ACCOUNT', `adopt#${group.region}`, share, SECOND_MS, now);
  const spots = deps.spotsIn(group.region);
  if (sharedWait > 0 || !(await spots.take(false))) {
    throw new Problem('paced', 'The quota for sessions started elsewhere is taken at the moment.', {
      retryAfterMs: Math.round(SECOND_MS * (1 + deps.random())),
    });
  }

  const budget: CallBudget = { deadline, now: deps.now, random: deps.random };
  let seen: AwsStreamSession | undefined;
  try {
    seen = await lookAt(deps.getStreamSession, spots, key, budget);
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    // An id that AWS takes for none at all is nobody's session, and no reason for an alarm that anybody could ring.
    if (failure.kind === 'invalid') return undefined;
    throw statusProblem(failure, deps.random());
  }
  if (seen?.userId !== key.playerId) return undefined;
  const at = deps.now();
  await deps.records.add({
    ...key,
    createdAt: seen.createdAt ?? at,
    connectionTimeoutSeconds: seen.connectionTimeoutSeconds ?? group.connectionTimeoutSeconds,
    sessionLengthSeconds: seen.sessionLengthSeconds ?? group.sessionLengthSeconds,
    ...(seen.location ? { location: seen.location } : {}),
    status: seen.status,
    ...(seen.statusReason ? { statusReason: seen.statusReason } : {}),
    statusAt: at,
    statusSince: at,
  });
  measured.adopted++;
  deps.log.info('adopted', { status: seen.status });
  return deps.records.read(key);
}
