import type { StartParameters } from '../../gameliftstreams/calls.ts';
import { unknownSessionMs } from '../../gameliftstreams/waits.ts';
import type { RequestFingerprint } from '../../identifiers/digests.ts';
import { startInProgress } from '../../problems/in-progress.ts';
import { Problem } from '../../problems/problems.ts';
import { newLease } from '../../sessions/lease.ts';
import { earlierRequestsOf, type Slot } from '../../sessions/slot.ts';
import type { SlotChanges } from '../../sessions/slot-table.ts';
import type { DecidedStart, StartDependencies, StartRequest } from './dependencies.ts';

/** Until when a session may live that a start has begun without an answer. Epoch milliseconds. */
export interface UnknownStart {
  unknownUntil: number;
}

/** The slot under the caller's lease. */
export interface Reserved {
  slot: Slot;
  /** Of the time before, where this very request was sent to AWS already. */
  before: UnknownStart | undefined;
}

/** Reserves a slot for a start. @param repeat this very request holds it already. @throws Problem where another start was quicker. */
export async function reserve(
  request: DecidedStart,
  slot: Slot,
  fingerprint: RequestFingerprint,
  repeat: boolean,
  deps: StartDependencies,
): Promise<Reserved> {
  const lease = newLease(fingerprint, { id: deps.newId(), endsBy: request.endsBy });
  const emptied = {
    ...(repeat ? {} : { unknownUntil: null }),
    ...{ key: null, streamGroupId: null, streamSessionId: null, answer: null },
  };
  const earlierRequests = earlierRequestsOf(slot, fingerprint);
  const changes = {
    ...emptied,
    ...(deps.startSettings.rules
      ? { parameters: request.parameters }
      : slot.parameters && { parameters: null }),
    ...(earlierRequests.length > 0 ? { earlierRequests } : {}),
    lease,
    ...fingerprint,
  };
  const { item } = await deps.slots.write(request.playerId, slot, changes, deps.now());
  const slots = item ? [item] : await deps.slots.read(request.playerId, slot.index + 1);
  // The SDK may have repeated a write that had taken effect, and that then failed on its own revision.
  const own = slots.find((candidate) => candidate.lease?.id === lease.id);
  if (!own) throw startInProgress(deps.random());
  return { slot: own, before: repeat ? startedBefore(slot, request, deps) : undefined };
}

/** Gives the slot back after a refusal. The player's answer does not depend on it: the lease runs out by itself. */
export async function settle(
  { playerId }: StartRequest,
  slot: Slot,
  changes: SlotChanges,
  deps: StartDependencies,
): Promise<void> {
  try {
    await deps.slots.write(playerId, slot, { ...changes, lease: null }, deps.now());
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    deps.log.warn('slot not given back', { cause: error.code });
  }
}

/** Of a start that was sent to AWS just now. */
export function startedNow({ parameters }: DecidedStart, deps: StartDependencies): UnknownStart {
  return { unknownUntil: deps.now() + unknownMs(parameters) };
}

/** Of the same start at an earlier time: as the slot says, or from the death of its function on. */
function startedBefore(slot: Slot, request: DecidedStart, deps: StartDependencies): UnknownStart {
  const { unknownUntil, lease } = slot;
  if (unknownUntil !== undefined) return { unknownUntil };
  return lease ? { unknownUntil: lease.until + unknownMs(request.parameters) } : startedNow(request, deps);
}

function unknownMs({ ConnectionTimeoutSeconds }: StartParameters): number {
  return unknownSessionMs({ connectionTimeoutSeconds: ConnectionTimeoutSeconds });
}
