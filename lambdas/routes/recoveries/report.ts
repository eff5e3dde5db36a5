import type { WindowCounters } from '../../limits/window-counters.ts';
import type { Log } from '../../observability/logs.ts';
import type { PlayerRequest } from '../../players/player-api.ts';
import { Problem } from '../../problems/problems.ts';
import { requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { feltBy, requireRecovery } from './recovery.ts';

export interface ReportDependencies {
  streamGroups: readonly { id: string }[];
  counters: WindowCounters;
  now(): number;
  log: Log;
}

type ReportRequest = Pick<
  PlayerRequest,
  'playerId' | 'streamGroupId' | 'streamSessionId' | 'body' | 'metrics'
>;

/** Reports of one player in each minute of the clock. */
const PER_MINUTE = 4;
const MINUTE_MS = 60_000;

/**
 * The partition of the only items that this function may touch: a player's counts of reports. `infra/routes/player-routes.ts` allows
 * it these keys and no others, so that it can't change a session.
 */
const ownerOf = (playerId: string) => `RECOVERIES#${playerId}`;

/**
 * Counts and logs one report. Whose session it names is not looked up: the function may not read.
 *
 * @throws Problem where it is malformed, or the player's reports of this minute are used up
 */
export async function reportRecovery(
  { playerId, streamGroupId, streamSessionId, body, metrics }: ReportRequest,
  { streamGroups, counters, now, log }: ReportDependencies,
): Promise<void> {
  requireStreamGroup(streamGroupId, streamGroups);
  requireStreamSessionId(streamSessionId);
  const recovery = requireRecovery(body);
  const wait = await counters.spend(ownerOf(playerId), 'REPORT', PER_MINUTE, MINUTE_MS, now());
  if (wait > 0) {
    throw new Problem('too_many_requests', `At most ${PER_MINUTE} reports a minute; this one is dropped.`, {
      retryAfterMs: wait,
    });
  }
  metrics.felt = feltBy(recovery);
  log.info('recovery', recovery);
}
