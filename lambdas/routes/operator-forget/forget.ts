import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import type { Log } from '../../observability/logs.ts';
import { type Audit, type AuditRecord, outcomeOf } from '../../operators/audit.ts';
import type { OperatorCall } from '../../operators/operator-api.ts';
import { chargeOperator, type OperatorRate } from '../../operators/rate.ts';
import { OperatorProblem } from '../../problems/operator-problems.ts';
import type { SessionTable } from '../../sessions/session-table.ts';
import { recordAt, type SessionRecord } from '../../sessions/stream-session.ts';

/** What forgetting a player works with. */
export interface ForgetDependencies extends OperatorRate {
  sessions: Pick<SessionTable, 'list' | 'remove'>;
  audit: Audit;
  /** Counts one use, whatever its outcome, in the metric of the alarm. */
  countUse(): void;
  log: Log;
}

/** An operator who wants a player to be forgotten. */
export interface ForgetRequest {
  call: OperatorCall;
  playerId: string;
  reason: string;
}

/** How many records are deleted at the same time. */
const AT_ONCE = 25;

/**
 * Deletes the records of a player's stream sessions. The use is recorded first: without a record nothing is deleted. A live session
 * needs its record, and with it the player's way back, so nothing is deleted while there is one. What limits the player stays: a
 * player who is forgotten must not get a new slot or budget by it. Both expire within 26 hours.
 *
 * Repeating it is safe: what is deleted stays deleted, and each use has its own record.
 *
 * @returns how many records were deleted
 * @throws Problem with the refusal.
 */
export async function forgetPlayer(request: ForgetRequest, deps: ForgetDependencies): Promise<number> {
  const { call, playerId, reason } = request;
  await chargeOperator('forget', call.entry, deps);
  deps.countUse();
  const write = (outcome: AuditRecord['outcome']) =>
    deps.audit.write({ action: 'forget', call, userId: playerId, reason, outcome, at: deps.now() });

  const known = await unlessLive(playerId, deps).catch(async (error) => {
    await write(outcomeOf(error));
    throw error;
  });
  await write('requested');
  for (let from = 0; from < known.length; from += AT_ONCE) {
    await Promise.all(known.slice(from, from + AT_ONCE).map((record) => deps.sessions.remove(record)));
  }
  deps.log.info('player forgotten', {});
  return known.length;
}

/** The player's records. @throws OperatorProblem `session_still_live` naming the session */
async function unlessLive(playerId: string, { sessions, now }: ForgetDependencies): Promise<SessionRecord[]> {
  const known = await sessions.list(playerId);
  const live = known.map((record) => recordAt(record, now())).find(({ status }) => !isOver(status));
  if (live === undefined) return known;
  throw new OperatorProblem(
    'session_still_live',
    `The player's stream session ${live.streamGroupId}/${live.streamSessionId} may be live; end it first.`,
    { streamSessionStatus: live.status },
  );
}
