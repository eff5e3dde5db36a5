import type { StreamSessionStatus } from '../../contract/stream-session-status.ts';
import type { Ticket } from '../admission/ticket.ts';
import { isOver } from '../gameliftstreams/stream-session-status.ts';
import type { RequestFingerprint } from '../identifiers/digests.ts';
import type { FailureEpisode } from '../reliability/failure-episode.ts';
import type { Lease } from './lease.ts';

/** What the table knows of one player's session. Times are epoch milliseconds. */
export interface SessionRecord {
  playerId: string;
  streamGroupId: string;
  streamSessionId: string;
  createdAt: number;
  connectionTimeoutSeconds: number;
  sessionLengthSeconds: number;
  location?: string;
  /** The newest status seen at AWS, and when it was seen. */
  status: StreamSessionStatus;
  statusReason?: string;
  statusAt: number;
  /** When the present status was first seen. */
  statusSince: number;
  /** When AWS noticed that the player was gone, by AWS's clock, as far as it says so: a hint, since AWS documents no such time. */
  noticedAt?: number;
  /** Since when the session is known to be over: AWS brings none back, whatever status a slower function writes later. */
  endedAt?: number;
  /** The answer to the start's offer, until a reconnect makes it worthless. */
  startResponse?: string;
  /**
   * Connections of the device that holds the stream, the newest last: each was made by a request that named one of
   * those before it, and the first by the start or by a player who insisted.
   */
  connectionHistory?: string[];
  /** The request that made the newest connection, its answer compressed with its offer, and until when that may be repeated. */
  connectedRequest?: string;
  answer?: Uint8Array;
  answerUntil?: number;
  /** Requests whose offer AWS accepted, or may have accepted; the newest last. */
  usedOffers?: RequestFingerprint[];
  lease?: Lease;
  /** Leases that were found in the way since a request last ended well: their functions died. */
  abandonedLeases?: Lease[];
  nextFreeAt?: number;
  /** The player's ticket for AWS's quota, while there is a queue for it. */
  ticket?: Ticket;
  /** The player's refusals since the newest connection. */
  failureEpisode?: FailureEpisode;
  /** When an unstable connection of this session was counted last. */
  unstableCountedAt?: number;
}

/** A stream session as the API shows it. ISO 8601 times. */
export interface StreamSessionView {
  streamGroupId: string;
  streamSessionId: string;
  status: StreamSessionStatus;
  statusReason?: string;
  location?: string;
  createdAt: string;
  connectionTimeoutSeconds: number;
  endsAt?: string;
}

/** A status that was seen at AWS, with what came with it. */
export interface ReportedStatus {
  status: StreamSessionStatus;
  statusReason?: string | undefined;
  location?: string | undefined;
  /** AWS's `LastUpdatedAt`, epoch milliseconds. It is not documented what updates a session. */
  lastUpdatedAt?: number | undefined;
}

/**
 * What a newly seen status changes in a session's record: everywhere the same. A reason belongs to its status, so the one
 * before goes with the status before.
 *
 * @param before the status known so far, if it is
 * @param at when it was seen
 */
export function statusChanges(
  before: StreamSessionStatus | undefined,
  seen: ReportedStatus,
  at: number,
): Pick<SessionRecord, 'status' | 'statusAt' | 'noticedAt' | 'location'> & {
  statusReason: string | null;
  statusSince?: number;
} {
  const { status, statusReason, location, lastUpdatedAt } = seen;
  return {
    status,
    statusAt: at,
    statusReason: statusReason ?? null,
    ...(status === before ? {} : { statusSince: at }),
    ...(location ? { location } : {}),
    ...(status === 'PENDING_CLIENT_RECONNECTION' && lastUpdatedAt !== undefined
      ? { noticedAt: lastUpdatedAt }
      : {}),
  };
}

/** The record of a session that is over, whatever status was written after its end. */
export function finalStatus<Known extends SessionRecord>(record: Known): Known {
  if (record.endedAt === undefined || isOver(record.status)) return record;
  const { statusReason: _, ...others } = record;
  return { ...others, status: 'TERMINATING' } as Known;
}

/** AWS may end a session a little later than it should. */
const END_GRACE_MS = 60_000;

/**
 * The record as it must be by now: a session past its length is over, whatever was last seen of it, so nobody has to
 * ask AWS about one that it has long forgotten.
 */
export function recordAt<Known extends SessionRecord>(record: Known, now: number): Known {
  if (isOver(record.status) || now <= sessionLengthEnd(record) + END_GRACE_MS) return record;
  return { ...record, status: 'TERMINATED', statusReason: 'maxSessionLengthTimeout' };
}

/** The end that no reconnect moves: start plus session length, epoch milliseconds. */
export function sessionLengthEnd(record: Pick<SessionRecord, 'createdAt' | 'sessionLengthSeconds'>): number {
  return record.createdAt + record.sessionLengthSeconds * 1000;
}

/**
 * The session as its player may see it. `endsAt` is when AWS will end it if nothing happens, as far as is
 * known here: once AWS has noticed a loss, the connection time-out runs from when that status was first seen
 * (AWS began to count earlier, so a client takes it as an upper bound), otherwise the session length. ACTIVE says nothing:
 * a page that is connected stops asking, and the record goes on saying ACTIVE.
 */
export function streamSessionView(record: SessionRecord): StreamSessionView {
  const waiting = record.status === 'PENDING_CLIENT_RECONNECTION';
  const endsAt = waiting
    ? Math.min(sessionLengthEnd(record), record.statusSince + record.connectionTimeoutSeconds * 1000)
    : sessionLengthEnd(record);
  return {
    streamGroupId: record.streamGroupId,
    streamSessionId: record.streamSessionId,
    status: record.status,
    ...(record.statusReason === undefined ? {} : { statusReason: record.statusReason }),
    ...(record.location === undefined ? {} : { location: record.location }),
    createdAt: new Date(record.createdAt).toISOString(),
    connectionTimeoutSeconds: record.connectionTimeoutSeconds,
    ...(isOver(record.status) ? {} : { endsAt: new Date(endsAt).toISOString() }),
  };
}

/**
 * When AWS will have ended the session if nobody connects, as far as is known: the connection time-out runs from when the
 * loss was seen, or at the earliest from when the player first had to wait. What would have ended it already was another
 * loss, from which the player has come back since.
 */
export function likelyEnd(record: SessionRecord, ticket: Ticket | undefined, now: number): number {
  const timeout = record.connectionTimeoutSeconds * 1000;
  const seen = record.status === 'PENDING_CLIENT_RECONNECTION' ? record.statusSince : undefined;
  const from = [seen, ticket?.since].find((since) => since !== undefined && since + timeout >= now) ?? now;
  return Math.min(sessionLengthEnd(record), from + timeout);
}
