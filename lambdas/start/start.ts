import { AwsFailure } from '../core/awsFailure.ts';
import { connectionIdOf, offerDigest, requestDigest, startClientToken } from '../core/digests.ts';
import { startProblem } from '../core/outcomes.ts';
import { Problem } from '../core/problems.ts';
import { judgeStart, type Slot } from '../core/slot.ts';
import {
  type Claim,
  isOver,
  type Lease,
  type SessionRecord,
  streamSessionView,
} from '../core/streamSession.ts';
import { IN_PROGRESS_WAIT_MS, spread } from '../core/waits.ts';
import type { Counters } from '../edge/counters.ts';
import type { AwsStreamSession } from '../edge/gameliftstreams.ts';
import type { Records, SessionKey } from '../edge/records.ts';
import type { StreamGroup } from '../edge/settings.ts';
import type { Slots } from '../edge/slots.ts';
import type { Log } from '../edge/telemetry.ts';

/** A validated start. */
export interface Start {
  playerId: string;
  group: StreamGroup;
  application: string;
  signalRequest: string;
  locations: string[] | undefined;
  launchArguments: string[] | undefined;
  /** The idempotency key. */
  key: string | undefined;
  /** Epoch milliseconds at which the function will have been killed. */
  endsBy: number;
}

/** What a start works with. Deadlines are epoch milliseconds. */
export interface StartDependencies {
  limits: { maxLiveSessionsPerPlayer: number; startsPerMinute: number };
  records: Records;
  slots: Slots;
  counters: Counters;
  /** StartStreamSession with its retries. @throws AwsFailure */
  startStreamSession(asked: Start, clientToken: string, deadline: number): Promise<AwsStreamSession>;
  /** The status of the session in a slot, if AWS tells. */
  look(key: SessionKey, deadline: number): Promise<Pick<SessionRecord, 'status'> | undefined>;
  now(): number;
  random(): number;
  newId(): string;
  log: Log;
}

const MINUTE_MS = 60_000;
const RESERVE_MS = 2000;
const CLOCK_SKEW_MS = 500;

/**
 * Starts a session as the caller: reserves a slot, asks AWS with a derived client token, writes down whose it is.
 *
 * @returns the answer's JSON text, and whether it is a repetition.
 * @throws Problem with the refusal.
 */
export async function start(
  asked: Start,
  deps: StartDependencies,
): Promise<{ body: string; replayed: boolean }> {
  const parameters = JSON.stringify([asked.locations ?? null, asked.launchArguments ?? null]);
  const claim: Claim = {
    request: requestDigest(asked.key, asked.group.id, asked.application, parameters, asked.signalRequest),
    offer: offerDigest(asked.signalRequest),
    ...(asked.key === undefined ? {} : { key: asked.key }),
  };
  const chosen = await chooseSlot(asked, claim, deps);
  if ('answer' in chosen) return { body: chosen.answer, replayed: true };

  const wait = await deps.counters.spend(
    asked.playerId,
    'start',
    deps.limits.startsPerMinute,
    MINUTE_MS,
    deps.now(),
  );
  if (wait > 0) {
    throw new Problem('too_many_requests', 'This player has started sessions too often.', {
      retryAfterMs: wait,
    });
  }

  const lease: Lease = { ...claim, id: deps.newId(), until: asked.endsBy + CLOCK_SKEW_MS };
  const reserved = await deps.slots.write(
    asked.playerId,
    chosen.slot,
    { lease, key: null, ...claim, streamGroupId: null, streamSessionId: null, answer: null },
    deps.now(),
  );
  if (!reserved) throw inProgress(deps);

  const clientToken = startClientToken(asked.playerId, claim.request);
  let session: AwsStreamSession;
  try {
    session = await deps.startStreamSession(asked, clientToken, asked.endsBy - RESERVE_MS);
  } catch (failure) {
    if (!(failure instanceof AwsFailure)) throw failure;
    // A refusal frees the slot; an unknown outcome keeps the request in it, to be repeated with the same token.
    const forgotten = failure.uncertain ? {} : { request: null, offer: null, key: null };
    await deps.slots.write(asked.playerId, reserved, { lease: null, ...forgotten }, deps.now());
    throw startProblem(failure, deps.random());
  }

  const record = newRecord(asked, claim, clientToken, session, deps.now());
  const body = JSON.stringify({
    streamSession: streamSessionView(record),
    ...(session.signalResponse === undefined ? {} : { signalResponse: session.signalResponse }),
    connectionId: record.connectionId,
  });
  // Ownership first: a session in a slot without a record could never be reconnected to.
  await deps.records.add(record);
  const { streamGroupId, streamSessionId } = record;
  await deps.slots.write(
    asked.playerId,
    reserved,
    { lease: null, streamGroupId, streamSessionId, answer: body },
    deps.now(),
  );
  deps.log.info('started', { streamSessionId, status: record.status });
  return { body, replayed: false };
}

/** The slot to start in, freed first where its session is dead; or the answer this request had before. */
async function chooseSlot(
  asked: Start,
  claim: Claim,
  deps: StartDependencies,
): Promise<{ slot: Slot } | { answer: string }> {
  const slots = await deps.slots.read(asked.playerId, deps.limits.maxLiveSessionsPerPlayer);
  const verdict = judgeStart(slots, claim, { now: deps.now(), random: deps.random() });
  if (verdict.do === 'replay') return { answer: verdict.answer };
  if (verdict.do === 'start') return { slot: verdict.slot };
  for (const slot of verdict.slots) {
    const key = {
      playerId: asked.playerId,
      streamGroupId: slot.streamGroupId ?? '',
      streamSessionId: slot.streamSessionId ?? '',
    };
    const record = await deps.records.read(key);
    if (record && isOver(record.status)) return { slot };
    const seen = await deps.look(key, asked.endsBy - RESERVE_MS);
    if (seen && isOver(seen.status)) {
      const at = deps.now();
      await deps.records.observe(key, { status: seen.status, statusAt: at, statusSince: at });
      return { slot };
    }
    if (record) {
      throw new Problem(
        'session_limit_reached',
        'This player has a live session already: reconnect to it or end it.',
        {
          streamSession: streamSessionView({ ...record, ...seen }),
        },
      );
    }
  }
  throw inProgress(deps);
}

function inProgress(deps: StartDependencies): Problem {
  return new Problem('connection_in_progress', "Another start of this player's is under way.", {
    retryAfterMs: spread(IN_PROGRESS_WAIT_MS, deps.random()),
  });
}

function newRecord(
  asked: Start,
  claim: Claim,
  clientToken: string,
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
    connectionId: connectionIdOf(clientToken),
    consumed: [claim],
  };
}
