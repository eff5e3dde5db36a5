import { isTicketUsable } from '../../admission/ticket.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import { callWhenAdmitted } from '../../gameliftstreams/paced-call.ts';
import { startProblem } from '../../gameliftstreams/refusals.ts';
import { unknownSessionMs } from '../../gameliftstreams/waits.ts';
import {
  connectionIdOf,
  fingerprintOf,
  type RequestFingerprint,
  startClientToken,
} from '../../identifiers/digests.ts';
import { startInProgress } from '../../problems/in-progress.ts';
import { Problem } from '../../problems/problems.ts';
import { countPlayerFailures } from '../../reliability/player-failures.ts';
import { classifyRefusal } from '../../reliability/sli.ts';
import { abandonedLeaseFields } from '../../sessions/connection.ts';
import { decideStart, earlierRequestsOf, type Slot } from '../../sessions/slot.ts';
import type { SlotChanges } from '../../sessions/slot-table.ts';
import { type Lease, type SessionRecord, streamSessionView } from '../../sessions/stream-session.ts';
import { RESERVE_MS, type StartDependencies, type StartRequest } from './dependencies.ts';
import { freedSlot, refuseBesideUnslotted } from './slots.ts';

const MINUTE_MS = 60_000;
const CLOCK_SKEW_MS = 500;
/** How long somebody waits for a session to start, before a place that another left is looked for. */
const PATIENCE_MS = 120_000;
/** A start that AWS certainly did not act on leaves nothing of its claim. */
const FORGOTTEN = { request: null, offer: null, key: null, unknownUntil: null };

interface Answer {
  body: string;
  replayed: boolean;
}

/**
 * Starts a session as the caller: reserves a slot, asks AWS with a derived client token, writes down whose it is.
 *
 * @returns the answer's JSON text, and whether it is a repetition.
 * @throws Problem with the refusal.
 */
export function start(asked: StartRequest, deps: StartDependencies): Promise<Answer> {
  return countPlayerFailures('startFailed', asked, deps, () => begin(asked, deps));
}

async function begin(asked: StartRequest, deps: StartDependencies): Promise<Answer> {
  const parameters = JSON.stringify([asked.locations ?? null, asked.launchArguments ?? null]);
  const claim = fingerprintOf(asked, asked.group.id, asked.application, parameters);
  const slots = await deps.slots.read(asked.playerId, deps.limits.maxLiveSessionsPerPlayer);
  const verdict = decideStart(slots, claim, { now: deps.now(), random: deps.random() });
  if (verdict.do === 'replay') return { body: verdict.answer, replayed: true };
  // From here on the request may cost a call to AWS, so it is charged to the player first.
  // Who comes on its turn was charged when the turn was given.
  const given = verdict.do === 'start' ? turnHere(verdict.slot, asked) : undefined;
  const paid = given?.paid === true && isTicketUsable(given, deps.now());
  if (!paid) await charge(asked, deps);
  const slot = verdict.do === 'start' ? verdict.slot : await freedSlot(asked, verdict.slots, deps);
  if (verdict.do === 'start' && !verdict.repeat && slot.request !== undefined) {
    await refuseBesideUnslotted(asked, slots, deps);
  }
  // A function that is killed says nothing of whom it met.
  if (slot.lease && slot.lease.until <= deps.now())
    deps.log.warn('dead lease', abandonedLeaseFields(slot.lease));
  const repeat = verdict.do === 'start' && verdict.repeat;
  const reserved = await reserve(asked, slot, claim, repeat, deps);

  const before = repeat ? lostBy(slot, asked, deps) : undefined;
  const clientToken = startClientToken(asked.playerId, claim.request);
  let session: AwsStreamSession;
  let counted: Promise<void>;
  try {
    const turn = turnHere(reserved, asked);
    const caller = {
      ticket: turn,
      end: (turn?.since ?? deps.now()) + PATIENCE_MS,
      hasNoDeadline: true,
      metrics: asked.metrics,
    };
    const call = () => deps.startStreamSession(asked, clientToken, asked.endsBy - RESERVE_MS);
    const made = await callWhenAdmitted(
      caller,
      { ...deps, queue: deps.admissionQueue(asked.group.id) },
      call,
    );
    if ('paced' in made) {
      const kept = made.uncertain ? unknown(asked, deps) : (before ?? FORGOTTEN);
      // Free once, and for as long as it is AWS that does not keep the turn.
      const stillPaid = !paid || made.paced.cause !== undefined;
      const next = { ...made.turn, group: asked.group.id, paid: stillPaid };
      await settle(
        asked,
        reserved,
        { ...kept, ...troubled(made.paced, reserved, deps.now()), turn: next },
        deps,
      );
      throw made.paced;
    }
    session = made.done;
    counted = made.counted;
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    const now = unknown(asked, deps);
    const waitMs = (before ?? now).unknownUntil - deps.now();
    const problem = startProblem(failure, deps.random(), { repeat, waitMs });
    // A refusal frees the slot. An unknown outcome keeps the request in it, to be repeated with the same token: this one's,
    // or that of an earlier time, which no later refusal settles.
    const isNew = failure.uncertain && problem.code !== 'answer_lost';
    const kept = isNew ? now : (before ?? (failure.uncertain ? now : FORGOTTEN));
    const changes = { ...kept, ...troubled(problem, reserved, deps.now()), turn: null };
    await settle(asked, reserved, changes, deps);
    throw problem;
  }

  const connectionId = connectionIdOf(clientToken);
  const record = newRecord(asked, claim, connectionId, session, deps.now());
  const body = JSON.stringify({
    streamSession: streamSessionView(record),
    ...(session.signalResponse === undefined ? {} : { signalResponse: session.signalResponse }),
    connectionId,
  });
  // Ownership first: a session in a slot without a record could never be reconnected to.
  await deps.sessions.add(record);
  const { streamGroupId, streamSessionId } = record;
  const calmed = reserved.trouble ? { trouble: null } : {};
  const taken = {
    lease: null,
    turn: null,
    unknownUntil: null,
    ...calmed,
    streamGroupId,
    streamSessionId,
    answer: body,
  };
  await Promise.all([deps.slots.write(asked.playerId, reserved, taken, deps.now()), counted]);
  deps.log.info('started', { streamSessionId, status: record.status });
  return { body, replayed: false };
}

/** Until when a session may live that a start has begun just now, if it has. */
function unknown({ group }: StartRequest, deps: StartDependencies): { unknownUntil: number } {
  return { unknownUntil: deps.now() + unknownSessionMs(group) };
}

/** Until when one may live that this request began before: as was written down, or from the death of its function on. */
function lostBy(slot: Slot, asked: StartRequest, deps: StartDependencies): { unknownUntil: number } {
  const { unknownUntil, lease } = slot;
  if (unknownUntil !== undefined) return { unknownUntil };
  return lease ? { unknownUntil: lease.until + unknownSessionMs(asked.group) } : unknown(asked, deps);
}

/** What a refusal adds to the player's trouble; the refusal learns what it counts as. */
function troubled(refusal: Problem, { trouble: known }: Slot, now: number): Pick<SlotChanges, 'trouble'> {
  const { verdict, trouble } = classifyRefusal(refusal, known, now);
  refusal.sliOutcome = verdict;
  return known || verdict === 'bad' ? { trouble } : {};
}

/** The slot's turn, if it was given for this stream group: each Region has a line of its own. */
function turnHere({ turn }: Slot, { group }: StartRequest): Slot['turn'] {
  return turn?.group === group.id ? turn : undefined;
}

/** @throws Problem `too_many_requests` */
async function charge({ playerId }: StartRequest, deps: StartDependencies): Promise<void> {
  const limit = deps.limits.startsPerMinute;
  const wait = await deps.counters.spend(playerId, 'start', limit, MINUTE_MS, deps.now());
  if (wait > 0) {
    throw new Problem('too_many_requests', 'This player has started sessions too often.', {
      retryAfterMs: wait,
    });
  }
}

/** Gives the slot back after a refusal. What the player hears does not depend on it: the lease runs out by itself. */
async function settle(
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

/** The slot under the caller's lease. @throws Problem where another start got it first. */
async function reserve(
  asked: StartRequest,
  slot: Slot,
  claim: RequestFingerprint,
  repeat: boolean,
  deps: StartDependencies,
): Promise<Slot> {
  const lease: Lease = { ...claim, id: deps.newId(), until: asked.endsBy + CLOCK_SKEW_MS };
  const emptied = {
    ...(repeat ? {} : { unknownUntil: null }),
    ...{ key: null, streamGroupId: null, streamSessionId: null, answer: null },
  };
  const earlier = earlierRequestsOf(slot, claim);
  const changes = { ...emptied, ...(earlier.length > 0 ? { earlier } : {}), lease, ...claim };
  const reserved = await deps.slots.write(asked.playerId, slot, changes, deps.now());
  if (reserved) return reserved;
  // The SDK may have repeated a write that had taken effect, and that then failed on its own revision.
  const slots = await deps.slots.read(asked.playerId, deps.limits.maxLiveSessionsPerPlayer);
  const own = slots.find((candidate) => candidate.lease?.id === lease.id);
  if (!own) throw startInProgress(deps.random());
  return own;
}

function newRecord(
  asked: StartRequest,
  claim: RequestFingerprint,
  connectionId: string,
  session: AwsStreamSession,
  now: number,
): SessionRecord {
  const streamSessionId = session.arn?.split('/').at(-1);
  if (!streamSessionId)
    throw new Problem('broker_misconfigured', 'AWS answered a start without a session ARN.');
  return {
    playerId: asked.playerId,
    streamGroupId: asked.group.id,
    streamSessionId,
    createdAt: session.createdAt ?? now,
    connectionTimeoutSeconds: session.connectionTimeoutSeconds ?? asked.group.connectionTimeoutSeconds,
    sessionLengthSeconds: session.sessionLengthSeconds ?? asked.group.sessionLengthSeconds,
    ...(session.location === undefined ? {} : { location: session.location }),
    status: session.status,
    statusAt: now,
    statusSince: now,
    ...(session.signalResponse === undefined ? {} : { startResponse: session.signalResponse }),
    lineage: [connectionId],
    consumed: [claim],
  };
}
