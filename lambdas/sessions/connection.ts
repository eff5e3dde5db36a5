import { endedProblem } from '../gameliftstreams/refusals.ts';
import { isOver } from '../gameliftstreams/stream-session-status.ts';
import type { RequestFingerprint } from '../identifiers/digests.ts';
import { type RateLimit, rateLimitWaitMs } from '../limits/rate-limit.ts';
import { inProgress } from '../problems/in-progress.ts';
import { Problem } from '../problems/problems.ts';
import { isInHistory, keptHistory, withUnrecorded } from './connection-history.ts';
import type { Lease } from './lease.ts';
import type { SessionRecord } from './stream-session.ts';

/** How many used offers a session remembers; AWS refuses older ones. */
const USED_OFFERS_KEPT = 16;

/** A reconnect request, reduced to what the decision needs. */
export interface ConnectionRequest extends RequestFingerprint {
  /** The connection the caller believes to be the newest; absent, the player insists. */
  previousConnectionId?: string;
}

/** What to do with a reconnect request: replay an answer, ask AWS, or (thrown) refuse. */
export type ConnectionDecision =
  | { do: 'replay'; answer: Uint8Array }
  /** `repeat`: AWS may have accepted this very request before. */
  | { do: 'connect'; repeat: boolean };

function isSameRequest(a: RequestFingerprint, b: RequestFingerprint): boolean {
  return a.request === b.request;
}

/** Requests whose offer AWS accepted or may have accepted, those of dead functions included; the newest last. */
export function usedOffersOf(record: SessionRecord, now: number, ownLease?: string): RequestFingerprint[] {
  const abandoned = abandonedLeasesOf(record, now, ownLease);
  const kept = (record.usedOffers ?? []).filter(
    (used) => !abandoned.some((lease) => isSameRequest(lease, used)),
  );
  return [
    ...kept,
    ...abandoned.map(({ request, offer, key }) => ({ request, offer, ...(key ? { key } : {}) })),
  ];
}

/**
 * Leases whose functions must have died: whether AWS acted on their requests is unknown. One that is written down as abandoned
 * stays so, whatever the clock of this function says.
 */
export function abandonedLeasesOf(record: SessionRecord, now: number, ownLease?: string): Lease[] {
  const expired = record.lease && record.lease.until <= now ? [record.lease] : [];
  return [...(record.abandonedLeases ?? []), ...expired].filter((lease) => lease.id !== ownLease);
}

/**
 * The connections that the device holding the stream may know as its newest. A function that died after AWS answered,
 * or could not store the answer, may have made one that is missing in the record.
 */
export function knownConnections(record: SessionRecord, now: number, ownLease?: string): string[] {
  return keptHistory(wholeHistory(record, now, ownLease));
}

/** The same, the oldest included: a connection that is missing in the record has pushed none out. */
function wholeHistory(record: SessionRecord, now: number, ownLease?: string): string[] {
  return withUnrecorded(record.connectionHistory ?? [], abandonedLeasesOf(record, now, ownLease));
}

/** The list after one more offer was used: without repetitions, the oldest dropped. */
export function addUsedOffer(
  usedOffers: readonly RequestFingerprint[],
  fingerprint: RequestFingerprint,
): RequestFingerprint[] {
  const others = usedOffers.filter((other) => !isSameRequest(other, fingerprint));
  return [...others, fingerprint].slice(-USED_OFFERS_KEPT);
}

/** Whether AWS may have accepted another offer than the start's: the newest answer that it shows may then fit that one alone. */
export function mayHaveReconnected({
  connectedRequest,
  usedOffers = [],
  lease,
  abandonedLeases = [],
}: SessionRecord): boolean {
  // The first used offer is the start's own.
  const isUsed = usedOffers.length > 1 || abandonedLeases.length > 0;
  return isUsed || connectedRequest !== undefined || lease !== undefined;
}

/**
 * Decides on a reconnect request from the record alone. The order matters: a request already answered is
 * answered again whatever has happened since; what the client must change comes before what it must wait for.
 *
 * @param ownLease the id of the lease the caller holds, or undefined when it failed to get one.
 * @param random in [0, 1), spreads waits.
 * @throws Problem with the refusal.
 */
export function decideConnection(
  record: SessionRecord,
  request: ConnectionRequest,
  context: { now: number; random: number; rateLimit: RateLimit; ownLease?: string },
): ConnectionDecision {
  const { now, rateLimit, ownLease } = context;

  const answered = record.connectedRequest === request.request;
  if (answered && record.answer !== undefined && (record.answerUntil ?? 0) > now) {
    return { do: 'replay', answer: record.answer };
  }

  const live = record.lease !== undefined && record.lease.id !== ownLease && record.lease.until > now;
  const usedOffers = usedOffersOf(record, now, ownLease);
  const known = live && record.lease ? [...usedOffers, record.lease] : usedOffers;
  if (request.key && known.some(({ key, offer }) => key === request.key && offer !== request.offer)) {
    throw new Problem(
      'idempotency_key_reused',
      'This Idempotency-Key came with another offer before; use a new key for a new offer.',
    );
  }

  // Only the newest request may be repeated: an older one belongs to a connection that another has replaced.
  const newest = usedOffers.at(-1);
  const repeat = newest !== undefined && isSameRequest(newest, request);
  // A repetition is refused too where another request used its offer: its function may have died before it was judged.
  const uses = repeat ? usedOffers.filter((used) => !isSameRequest(used, request)) : usedOffers;
  if (uses.some(({ offer }) => offer === request.offer)) {
    throw new Problem(
      'offer_reused',
      'This offer was used before; make a new one with generateSignalRequest().',
    );
  }

  if (isOver(record.status)) throw endedProblem(record);

  const underWay = live ? record.lease : undefined;
  // A lease that was never given back proves nothing: its request may have been refused, and is judged again.
  const own = answered || (underWay !== undefined && isSameRequest(underWay, request));
  if (!own && isOvertaken(request, wholeHistory(record, now, ownLease), underWay)) {
    throw new Problem(
      'taken_over',
      'Another device of this player has connected since; leave previousConnectionId out to take the stream back.',
    );
  }

  if (live) {
    throw inProgress('Another connection request for this session is under way.', context.random);
  }
  if (ownLease === undefined) {
    const wait = rateLimitWaitMs(rateLimit, record.nextFreeAt ?? 0, now);
    if (wait > 0) {
      throw new Problem('too_many_requests', 'This player has requested connections too often.', {
        retryAfterMs: wait,
      });
    }
  }
  return { do: 'connect', repeat };
}

/**
 * Whether another device has connected since. The connection of a request that is under way belongs to the history too:
 * AWS may have answered it, and the player may know it, although the table does not yet. Only a device with the key and the
 * offer of that request can know its name.
 */
function isOvertaken(
  { previousConnectionId: named }: ConnectionRequest,
  history: readonly string[],
  underWay: Lease | undefined,
): boolean {
  if (named === undefined || history.length === 0) return false;
  return !isInHistory(history, named) && named !== underWay?.connectionId;
}
