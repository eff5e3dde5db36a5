import { AwsFailure } from '../core/awsFailure.ts';
import { statusProblem } from '../core/outcomes.ts';
import { Problem } from '../core/problems.ts';
import { isOver, type SessionRecord } from '../core/streamSession.ts';
import type { Counters } from '../edge/counters.ts';
import { type GetStreamSession, lookAt, seenChanges, takeLook } from '../edge/observe.ts';
import type { Records, SessionKey } from '../edge/records.ts';
import type { Log } from '../edge/telemetry.ts';

/** What a status poll works with. Deadlines are epoch milliseconds. */
export interface StatusDependencies {
  quotas: { GetStreamSession: number };
  records: Records;
  counters: Counters;
  getStreamSession: GetStreamSession;
  adopt(key: SessionKey, deadline: number): Promise<SessionRecord | undefined>;
  now(): number;
  random(): number;
  log: Log;
}

/** However many browsers ask, AWS is asked about one session no more often. */
const FRESH_MS = 1000;
const RESERVE_MS = 1000;

/**
 * A session's status, at most a second old while AWS's quota lasts, older when it does not: a stale status is
 * worth more to a waiting player than an error.
 *
 * @throws Problem with the refusal.
 */
export async function status(
  key: SessionKey,
  region: string,
  endsBy: number,
  deps: StatusDependencies,
): Promise<SessionRecord> {
  const deadline = endsBy - RESERVE_MS;
  const record = (await deps.records.read(key)) ?? (await deps.adopt(key, deadline));
  if (!record) {
    throw new Problem('stream_session_not_found', 'There is no such stream session of this player.');
  }
  const now = deps.now();
  if (isOver(record.status) && record.status !== 'TERMINATING') return record;
  if (record.statusAt > now - FRESH_MS) return record;
  if (!(await deps.records.claimLook(key, now, now - FRESH_MS))) return record;
  if (!(await takeLook(deps.counters, deps.quotas.GetStreamSession, region, now))) return record;

  try {
    const seen = await lookAt(deps.getStreamSession, key, { deadline, now: deps.now, random: deps.random });
    // Only the start's own answer is kept: after a reconnect AWS may repeat it or not, and no browser could use it.
    const startResponse = record.connectedRequest === undefined ? seen?.signalResponse : undefined;
    const changes = seenChanges(record, seen, now);
    if (changes.status !== record.status) deps.log.info('status', { status: changes.status });
    return (
      (await deps.records.observe(key, { ...changes, ...(startResponse ? { startResponse } : {}) })) ?? record
    );
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    const problem = statusProblem(failure, deps.random());
    if (problem.code === 'broker_misconfigured') throw problem;
    deps.log.warn('status not refreshed', { cause: failure.kind });
    return record;
  }
}
