import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import type { RequestFingerprint } from '../../identifiers/digests.ts';
import { Problem } from '../../problems/problems.ts';
import type { SessionRecord } from '../../sessions/stream-session.ts';
import type { DecidedStart } from './dependencies.ts';

/** The record of a session that AWS has just started. @throws Problem where AWS's answer does not name it */
export function newRecord(
  { playerId, group, parameters }: DecidedStart,
  fingerprint: RequestFingerprint,
  connectionId: string,
  session: AwsStreamSession,
  now: number,
): SessionRecord {
  const streamSessionId = session.arn?.split('/').at(-1);
  if (!streamSessionId)
    throw new Problem('broker_misconfigured', 'AWS answered a start without a session ARN.');
  return {
    playerId,
    streamGroupId: group.id,
    streamSessionId,
    createdAt: session.createdAt ?? now,
    connectionTimeoutSeconds: session.connectionTimeoutSeconds ?? parameters.ConnectionTimeoutSeconds,
    sessionLengthSeconds: session.sessionLengthSeconds ?? parameters.SessionLengthSeconds,
    ...(session.location === undefined ? {} : { location: session.location }),
    status: session.status,
    statusAt: now,
    statusSince: now,
    ...(session.signalResponse === undefined ? {} : { startResponse: session.signalResponse }),
    connectionHistory: [connectionId],
    usedOffers: [fingerprint],
  };
}
