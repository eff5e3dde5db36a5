import type { PlayerSettings } from '../../contract/deployed-settings.ts';
import type { LookupLimiter } from '../admission/lookup-limiter.ts';
import { AwsFailure } from '../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession, CallBudget } from '../gameliftstreams/calls.ts';
import { statusProblem } from '../gameliftstreams/refusals.ts';
import { type GetStreamSession, lookUpSession } from '../gameliftstreams/status-lookup.ts';
import type { ImportLimiter } from '../limits/import-limiter.ts';
import type { Log } from '../observability/logs.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { Problem } from '../problems/problems.ts';
import type { SessionKey, SessionTable } from './session-table.ts';
import type { SessionRecord } from './stream-session.ts';

/** What importing works with. */
export interface ImportDependencies {
  settings: PlayerSettings;
  sessions: SessionTable;
  importLimiter: ImportLimiter;
  lookupLimiterIn(region: string): LookupLimiter;
  getStreamSession: GetStreamSession;
  now(): number;
  random(): number;
  log: Log;
}

/**
 * Finds out whether a session that the table does not know was started elsewhere for this player: one
 * GetStreamSession, and the session's `UserId` decides. The owner of a session never changes, so the record can't go stale.
 *
 * Somebody else's session and an unknown one take the same steps: both are charged to a capped share of the account's quota, half of
 * which is kept for players who have not just guessed, and to the caller's own rate limit of misses.
 *
 * @param deadline epoch milliseconds by which AWS must have answered.
 * @returns the new record, or undefined when importing is off or the session is not this player's.
 * @throws Problem `too_many_requests` or `paced` when a rate limit is reached, or AWS's failure.
 */
export async function importSession(
  key: SessionKey,
  deadline: number,
  metrics: RequestMetrics,
  deps: ImportDependencies,
): Promise<SessionRecord | undefined> {
  const { adoption, limits, quotas, streamGroups } = deps.settings;
  const group = streamGroups.find((candidate) => candidate.id === key.streamGroupId);
  if (!adoption.enabled || !group) return undefined;
  const limiter = deps.lookupLimiterIn(group.region);
  const refused = await deps.importLimiter.take(
    {
      playerId: key.playerId,
      region: group.region,
      perMinute: limits.missesPerMinute,
      perSecond: Math.max(1, Math.floor(quotas.GetStreamSession * adoption.quotaShare)),
      takeLookup: () => limiter.take(false),
    },
    deps.now(),
  );
  if (refused?.whose === 'own') {
    throw new Problem('too_many_requests', 'This player has asked for unknown sessions too often.', {
      retryAfterMs: refused.waitMs,
    });
  }
  if (refused) {
    throw new Problem('paced', 'The quota for sessions started elsewhere is taken at the moment.', {
      retryAfterMs: Math.round(refused.waitMs * (1 + deps.random())),
    });
  }

  const budget: CallBudget = { deadline, now: deps.now, random: deps.random, metrics };
  let seen: AwsStreamSession | undefined;
  try {
    seen = await lookUpSession(deps.getStreamSession, limiter, key, budget);
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    // An id that AWS does not accept as one is no session. Otherwise any player could raise an alarm with it.
    if (failure.kind === 'invalid') return undefined;
    throw statusProblem(failure, deps.random());
  }
  if (seen?.userId !== key.playerId) return undefined;
  const at = deps.now();
  const imported = await deps.sessions.add({
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
  metrics.imported++;
  deps.log.info('adopted', { status: seen.status });
  return imported ?? deps.sessions.read(key);
}
