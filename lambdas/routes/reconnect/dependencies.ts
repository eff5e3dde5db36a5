import type { AdmissionQueue } from '../../admission/queue-table.ts';
import type { StatusLookup } from '../../gameliftstreams/refusals.ts';
import type { SessionToLookUp } from '../../gameliftstreams/status-lookup.ts';
import type { Log } from '../../observability/logs.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import type { AffectedPlayers } from '../../reliability/affected-players.ts';
import type { SessionKey, SessionTable } from '../../sessions/session-table.ts';
import type { SessionRecord } from '../../sessions/stream-session.ts';

/** A validated reconnect request. */
export interface ReconnectRequest extends SessionKey {
  signalRequest: string;
  previousConnectionId: string | undefined;
  /**
   * For how many milliseconds the page has seen nothing of its stream, if it says so. It is only what a page says: it
   * decides neither who gets in nor what is the same request.
   */
  silentMs: number | undefined;
  /** When AWS will have noticed the loss, in milliseconds from now; 0 where that is not known. It only makes waits longer. */
  noticedInMs: number;
  /** The idempotency key. */
  key: string | undefined;
  /** Epoch milliseconds at which the function will have been killed. */
  endsBy: number;
  metrics: RequestMetrics;
}

/** What a reconnect works with: the table, AWS, time and chance. Deadlines are epoch milliseconds. */
export interface ReconnectDependencies {
  limits: { connectionsPerMinute: number };
  sessions: SessionTable;
  /** The players that the alarms count. */
  affectedPlayers: AffectedPlayers;
  /** The queue for the quota of CreateStreamSessionConnection where the stream group is. */
  admissionQueue(streamGroupId: string): AdmissionQueue;
  /** CreateStreamSessionConnection with its retries, none after a throttle. @throws AwsFailure */
  createConnection(request: ReconnectRequest, clientToken: string, deadline: number): Promise<string>;
  /** The session's status at AWS, if the quota leaves a lookup and AWS answers. */
  lookUpStatus(
    session: SessionToLookUp,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<StatusLookup | undefined>;
  /** The record of a session that was started elsewhere, if importing is on and it is the player's. */
  importSession(
    key: SessionKey,
    deadline: number,
    metrics: RequestMetrics,
  ): Promise<SessionRecord | undefined>;
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /** The work's result, or 'late' where it takes longer: see `environment/time-limit.ts`. */
  withTimeLimit<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'>;
  /** In [0, 1). */
  random(): number;
  /** A string that no other call returns. */
  newId(): string;
  log: Log;
}

/** How long an answer may be repeated, in milliseconds. A client that has not asked by then has made a new offer long since. */
export const ANSWER_KEPT_MS = 120_000;
/** What is left, after AWS, for writing the answer: milliseconds. */
export const RESERVE_MS = 1500;
