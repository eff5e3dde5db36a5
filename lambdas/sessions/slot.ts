import type { Ticket } from '../admission/ticket.ts';
import type { StartParameters } from '../gameliftstreams/calls.ts';
import type { RequestFingerprint } from '../identifiers/digests.ts';
import { startInProgress } from '../problems/in-progress.ts';
import { Problem } from '../problems/problems.ts';
import type { FailureEpisode } from '../reliability/failure-episode.ts';
import type { Lease } from './lease.ts';

/**
 * A player's right to one live session. Reserved before AWS is called, so that two starts at once can't both
 * begin a session. Times are epoch milliseconds.
 */
export interface Slot extends Partial<RequestFingerprint> {
  /** 0 to maxLiveSessionsPerPlayer - 1. */
  index: number;
  /** Grows with every write; a write names the revision it read. */
  revision: number;
  lease?: Lease;
  /** When AWS has ended the session that the newest start may have begun without anybody learning its id. */
  unknownUntil?: number;
  /** The session that holds the slot; absent while the outcome of its start is unknown. */
  streamGroupId?: string;
  streamSessionId?: string;
  /**
   * What was decided about the newest start when AWS was first asked, where the player's token decided it: a token that was
   * renewed since may say otherwise, and AWS takes a client token for one set of parameters only.
   */
  parameters?: StartParameters;
  /** The body that answered the start. Kept as long as the slot: past AWS's memory of the client token a repeated
   * call would begin a second session. */
  answer?: string;
  /** Starts before it, which AWS has or may have accepted; the newest last. */
  earlierRequests?: RequestFingerprint[];
  /** The player's ticket for AWS's quota, while there is a queue for it. */
  ticket?: Ticket;
  /** The player's refusals since the newest start. */
  failureEpisode?: FailureEpisode;
}

/** What to do with a start: replay an answer, begin in a slot, or first see whether a slot's session is dead. */
export type StartDecision =
  | { do: 'replay'; answer: string }
  | { do: 'start'; slot: Slot; repeat: boolean }
  | { do: 'lookUp'; slots: Slot[] };

/** The request a slot stands for: its lease's while one is held, else that of its last start. */
function fingerprintIn(slot: Slot): RequestFingerprint | undefined {
  if (slot.lease) return slot.lease;
  if (slot.request === undefined || slot.offer === undefined) return undefined;
  return { request: slot.request, offer: slot.offer, ...(slot.key === undefined ? {} : { key: slot.key }) };
}

/** How many earlier starts a slot remembers. A client that repeats an older one has had its answer long since. */
const EARLIER_KEPT = 4;

/** The starts that a slot remembers once another one takes it: AWS would not answer those again, or with a session that is over. */
export function earlierRequestsOf(slot: Slot, next: RequestFingerprint): RequestFingerprint[] {
  const last = fingerprintIn(slot);
  const known = [...(slot.earlierRequests ?? []), ...(last && last.request !== next.request ? [last] : [])];
  return known
    .filter(({ request }, at) => known.findLastIndex((other) => other.request === request) === at)
    .map(({ request, offer, key }) => ({ request, offer, ...(key === undefined ? {} : { key }) }))
    .slice(-EARLIER_KEPT);
}

/**
 * Decides on a start from the player's slots alone.
 *
 * @param slots every slot of the player, those never used included.
 * @throws Problem with the refusal.
 */
export function decideStart(
  slots: readonly Slot[],
  request: RequestFingerprint,
  context: { now: number; random: number },
): StartDecision {
  const { now } = context;
  const own = slots.find((slot) => fingerprintIn(slot)?.request === request.request);
  if (own?.answer !== undefined) return { do: 'replay', answer: own.answer };

  const known = slots.flatMap((slot) => [...(slot.earlierRequests ?? []), fingerprintIn(slot) ?? []].flat());
  if (request.key && known.some((other) => other.key === request.key && other.request !== request.request)) {
    throw new Problem(
      'idempotency_key_reused',
      'This Idempotency-Key came with another start before; use a new key for a new start.',
    );
  }
  const isLive = (slot: Slot) => slot.lease !== undefined && slot.lease.until > now;
  if (own && isLive(own)) throw startInProgress(context.random);
  if (own) return { do: 'start', slot: own, repeat: true };
  if (known.some(({ offer }) => offer === request.offer)) {
    throw new Problem(
      'offer_reused',
      'This offer was used before; make a new one with generateSignalRequest().',
    );
  }

  const free = slots.filter((slot) => slot.streamSessionId === undefined && !isLive(slot));
  // One that an unfinished start left behind comes last: its session may yet turn up.
  const [best] = free.toSorted((a, b) => Number(a.request !== undefined) - Number(b.request !== undefined));
  if (best) return { do: 'start', slot: best, repeat: false };
  const held = slots.filter((slot) => !isLive(slot));
  if (held.length === 0) throw startInProgress(context.random);
  return { do: 'lookUp', slots: held };
}
