import { isTicketUsable, type Ticket } from '../../admission/ticket.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import type { AwsStreamSession } from '../../gameliftstreams/calls.ts';
import { callWhenAdmitted, type PacedResult } from '../../gameliftstreams/paced-call.ts';
import { startProblem } from '../../gameliftstreams/refusals.ts';
import { connectionIdOf, fingerprintOf, startClientToken } from '../../identifiers/digests.ts';
import { startsPaused } from '../../limits/start-brake.ts';
import { Problem, type SliOutcome } from '../../problems/problems.ts';
import { classifyRefusal } from '../../reliability/failure-episode.ts';
import { countPlayerFailures } from '../../reliability/player-failures.ts';
import { abandonedLeaseFields } from '../../sessions/lease.ts';
import { decideStart, type Slot, type StartDecision } from '../../sessions/slot.ts';
import type { SlotChanges } from '../../sessions/slot-table.ts';
import { type SessionRecord, streamSessionView } from '../../sessions/stream-session.ts';
import { type DecidedStart, RESERVE_MS, type StartDependencies, type StartRequest } from './dependencies.ts';
import { decideParameters } from './parameters.ts';
import { newRecord } from './record.ts';
import { type Reserved, reserve, settle, startedNow } from './reservation.ts';
import { freedSlot, refuseBesideUnslotted } from './slots.ts';

const MINUTE_MS = 60_000;
/** How long a player waits for a session to start, before the overflow queue is tried. */
const PATIENCE_MS = 120_000;
/** A start that AWS certainly did not act on leaves nothing of its request. */
const FORGOTTEN = { request: null, offer: null, key: null, parameters: null, unknownUntil: null };

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
export function start(request: StartRequest, deps: StartDependencies): Promise<Answer> {
  return countPlayerFailures('startFailed', request, deps, () => begin(request, deps));
}

async function begin(request: StartRequest, deps: StartDependencies): Promise<Answer> {
  const fingerprint = fingerprintOf(request, ...askedFor(request));
  const [slots, brake] = await Promise.all([
    deps.slots.read(request.playerId, deps.limits.maxLiveSessionsPerPlayer),
    deps.startBrake(),
  ]);
  const decision = decideStart(slots, fingerprint, { now: deps.now(), random: deps.random() });
  if (decision.do === 'replay') return { body: decision.answer, replayed: true };
  const repeat = decision.do === 'start' && decision.repeat;
  // A player who waits for the end of the brake asks again and again. These requests are not charged.
  if (brake && decision.do === 'start' && decision.slot.request === undefined) {
    throw startsPaused(brake, deps.now(), deps.random());
  }
  const decided = decide(request, decision, deps);
  // From here on the request may cost a call to AWS, so it is charged to the player first.
  // A request that comes on its ticket was charged when the ticket was given.
  const given = decision.do === 'start' ? ticketHere(decision.slot, request) : undefined;
  const paid = given?.paid === true && isTicketUsable(given, deps.now());
  if (!paid) await charge(request, deps);
  const slot = decision.do === 'start' ? decision.slot : await freedSlot(request, decision.slots, deps);
  if (decision.do === 'start' && !repeat && slot.request !== undefined) {
    await refuseBesideUnslotted(request, slots, deps);
  }
  // Here, because a player who has a live session is to hear of it. A repeated request may have begun its session already.
  if (brake && !repeat) {
    throw startsPaused(brake, deps.now(), deps.random());
  }
  // A function that is killed logs nothing itself.
  if (slot.lease && slot.lease.until <= deps.now())
    deps.log.warn('dead lease', abandonedLeaseFields(slot.lease));
  const reserved = await reserve(decided, slot, fingerprint, repeat, deps);

  const clientToken = startClientToken(request.playerId, fingerprint.request);
  const { session, counted } = await askAws(decided, reserved, { clientToken, paid }, deps);
  const connectionId = connectionIdOf(clientToken);
  const record = newRecord(decided, fingerprint, connectionId, session, deps.now());
  const body = JSON.stringify({
    streamSession: streamSessionView(record),
    ...(session.signalResponse === undefined ? {} : { signalResponse: session.signalResponse }),
    connectionId,
  });
  await keep(request, reserved.slot, record, body, counted, deps);
  deps.log.info('started', { streamSessionId: record.streamSessionId, status: record.status });
  return { body, replayed: false };
}

/** What tells this start from another, besides key and offer: all that the page asks for, and nothing that its token says. */
function askedFor({ group, application, locations, launchArguments, resolution }: StartRequest): string[] {
  // Without a size the text is the same as in earlier releases: during a deployment their requests are repeated to this one.
  const size = resolution ? [resolution.width, resolution.height] : [];
  // A start without locations is the same too: earlier releases wrote the settings' locations here.
  const places = locations ?? (group.locations.length === 0 ? null : group.locations);
  return [group.id, application ?? '', JSON.stringify([places, launchArguments ?? null, ...size])];
}

/** A repetition asks AWS for what was decided when it came first. @throws Problem `start_not_allowed` */
function decide(request: StartRequest, decision: StartDecision, deps: StartDependencies): DecidedStart {
  const before = decision.do === 'start' && decision.repeat ? decision.slot.parameters : undefined;
  return { ...request, parameters: before ?? decideParameters(request, deps) };
}

/**
 * Asks AWS when the player is admitted. After a refusal the slot is given back first.
 *
 * @param of `paid`: the request came on a ticket that the player was charged for.
 * @throws Problem with the refusal
 */
async function askAws(
  request: DecidedStart,
  reserved: Reserved,
  of: { clientToken: string; paid: boolean },
  deps: StartDependencies,
): Promise<{ session: AwsStreamSession; counted: Promise<void> }> {
  const { slot } = reserved;
  const ticket = ticketHere(slot, request);
  const end = (ticket?.since ?? deps.now()) + PATIENCE_MS;
  const caller = { ticket, end, hasNoDeadline: true, metrics: request.metrics };
  const queue = deps.admissionQueue(request.group.id);
  const call = () => deps.startStreamSession(request, of.clientToken, request.endsBy - RESERVE_MS);
  let result: PacedResult<AwsStreamSession>;
  try {
    result = await callWhenAdmitted(caller, { ...deps, queue }, call);
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    return refused(request, reserved, failure, deps);
  }
  if ('paced' in result) return paced(request, reserved, result, of.paid, deps);
  return { session: result.done, counted: result.counted };
}

/** The player waits for a ticket: it is kept in the slot. @throws Problem `paced` */
async function paced(
  request: DecidedStart,
  { slot, before }: Reserved,
  result: { paced: Problem; ticket: Ticket; uncertain: boolean },
  paid: boolean,
  deps: StartDependencies,
): Promise<never> {
  const kept = result.uncertain ? startedNow(request, deps) : (before ?? FORGOTTEN);
  const { changes, sliOutcome } = episodeAfter(result.paced, slot, deps.now());
  // Free once, and for as long as it is AWS that does not take a call on its ticket.
  const stillPaid = !paid || result.paced.cause !== undefined;
  const ticket = { ...result.ticket, group: request.group.id, paid: stillPaid };
  await settle(request, slot, { ...kept, ...changes, ticket }, deps);
  throw result.paced.countedAs(sliOutcome);
}

/** AWS refused. @throws Problem with the reason */
async function refused(
  request: DecidedStart,
  { slot, before }: Reserved,
  failure: AwsFailure,
  deps: StartDependencies,
): Promise<never> {
  const now = startedNow(request, deps);
  const waitMs = (before ?? now).unknownUntil - deps.now();
  const problem = startProblem(failure, deps.random(), { repeat: before !== undefined, waitMs });
  // A refusal frees the slot. An unknown outcome keeps the request in it, to be repeated with the same token: this one's,
  // or that of an earlier time, which no later refusal settles.
  const isNew = failure.uncertain && problem.code !== 'answer_lost';
  const kept = isNew ? now : (before ?? (failure.uncertain ? now : FORGOTTEN));
  const { changes, sliOutcome } = episodeAfter(problem, slot, deps.now());
  await settle(request, slot, { ...kept, ...changes, ticket: null }, deps);
  throw problem.countedAs(sliOutcome);
}

/** Writes down whose the session is, and the answer. */
async function keep(
  request: StartRequest,
  slot: Slot,
  record: SessionRecord,
  body: string,
  counted: Promise<void>,
  deps: StartDependencies,
): Promise<void> {
  // Ownership first: a session in a slot without a record could never be reconnected to.
  await deps.sessions.add(record);
  const { streamGroupId, streamSessionId } = record;
  const changes = {
    lease: null,
    ticket: null,
    unknownUntil: null,
    ...(slot.failureEpisode ? { failureEpisode: null } : {}),
    streamGroupId,
    streamSessionId,
    answer: body,
  };
  await Promise.all([deps.slots.write(request.playerId, slot, changes, deps.now()), counted]);
}

/** What a refusal counts as, and what it changes in the player's failure episode. */
function episodeAfter(
  refusal: Problem,
  { failureEpisode }: Slot,
  now: number,
): { changes: Pick<SlotChanges, 'failureEpisode'>; sliOutcome: SliOutcome } {
  const { sliOutcome, episode } = classifyRefusal(refusal, failureEpisode, now);
  const isWritten = failureEpisode !== undefined || sliOutcome === 'failure';
  return { changes: isWritten ? { failureEpisode: episode } : {}, sliOutcome };
}

/** The slot's ticket, if it was given for this stream group: each Region has a queue of its own. */
function ticketHere({ ticket }: Slot, { group }: StartRequest): Ticket | undefined {
  return ticket?.group === group.id ? ticket : undefined;
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
