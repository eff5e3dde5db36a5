import { AwsFailure } from '../core/awsFailure.ts';
import { type Budget, chargedTat } from '../core/budget.ts';
import { type ConnectionRequest, consumedClaims, judgeConnection, withConsumed } from '../core/connection.ts';
import { connectionClientToken, connectionIdOf, offerDigest, requestDigest } from '../core/digests.ts';
import { connectProblem, needsLook, type Observed } from '../core/outcomes.ts';
import { Problem } from '../core/problems.ts';
import { isReconnectable, type Lease, type SessionRecord, streamSessionView } from '../core/streamSession.ts';
import { IN_PROGRESS_WAIT_MS, spread } from '../core/waits.ts';
import type { Changes, Records, SessionKey } from '../edge/records.ts';
import type { Log } from '../edge/telemetry.ts';

/** A validated reconnect request. */
export interface Reconnect extends SessionKey {
  signalRequest: string;
  previousConnectionId: string | undefined;
  /** The idempotency key. */
  key: string | undefined;
  /** Epoch milliseconds at which the function will have been killed. */
  endsBy: number;
}

/** What a reconnect works with: the table, AWS, time and chance. Deadlines are epoch milliseconds. */
export interface ReconnectDependencies {
  limits: { connectionsPerMinute: number };
  records: Records;
  /** CreateStreamSessionConnection with its retries. @throws AwsFailure */
  createConnection(asked: Reconnect, clientToken: string, deadline: number): Promise<string>;
  /** The session's status at AWS, if the quota leaves a look and AWS tells. */
  look(key: SessionKey, deadline: number): Promise<Observed | undefined>;
  /** The record of a session that was started elsewhere, if adoption is on and it is the player's. */
  adopt(key: SessionKey, deadline: number): Promise<SessionRecord | undefined>;
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** A string that no other call returns. */
  newId(): string;
  log: Log;
}

/** How long an answer may be repeated. A client that has not asked by then has made a new offer long since. */
const ANSWER_KEPT_MS = 120_000;
/** What is left, after AWS, for writing the answer down. */
const RESERVE_MS = 1500;
/** Clocks of two sandboxes may differ by this. */
const CLOCK_SKEW_MS = 500;

/**
 * Reconnects a player to a session: takes the lease, asks AWS with a derived client token, stores the answer.
 *
 * @returns the answer's JSON text, and whether it is a repetition.
 * @throws Problem with the refusal.
 */
export async function reconnect(
  asked: Reconnect,
  deps: ReconnectDependencies,
): Promise<{ body: string; replayed: boolean }> {
  const offer = offerDigest(asked.signalRequest);
  const request: ConnectionRequest = {
    request: requestDigest(asked.key, asked.signalRequest),
    offer,
    ...(asked.key === undefined ? {} : { key: asked.key }),
    ...(asked.previousConnectionId === undefined ? {} : { previousConnectionId: asked.previousConnectionId }),
  };
  const budget: Budget = { perMinute: deps.limits.connectionsPerMinute };

  const taken = await takeLease(asked, request, budget, deps);
  if ('answer' in taken) return { body: taken.answer, replayed: true };
  const { record, lease } = taken;

  const now = deps.now();
  const consumed = consumedClaims(record, now, lease.id);
  const settled: Changes = { budgetTat: chargedTat(budget, record.budgetTat ?? 0, now), consumed };
  let repeat: boolean;
  try {
    const verdict = judgeConnection(record, request, {
      now,
      random: deps.random(),
      budget,
      ownLease: lease.id,
    });
    if (verdict.do === 'replay') {
      await giveBack(asked, lease, settled, deps);
      return { body: verdict.answer, replayed: true };
    }
    repeat = verdict.repeat;
  } catch (refusal) {
    await giveBack(asked, lease, settled, deps);
    throw refusal;
  }

  const { previousConnectionId: _, ...claim } = request;
  const clientToken = connectionClientToken(asked);
  const made = await askAws(asked, clientToken, repeat, deps);
  if ('failure' in made) {
    const { failure, seen } = made;
    await giveBack(
      asked,
      lease,
      {
        ...settled,
        // Unknown outcome: from now on this offer may only be repeated, with the same token.
        ...(failure.uncertain ? { consumed: withConsumed(consumed, claim) } : {}),
        ...(seen ? statusChanges(record, seen, deps.now()) : {}),
      },
      deps,
    );
    throw connectProblem(failure, repeat, seen, deps.random());
  }

  const connectionId = connectionIdOf(clientToken);
  const at = deps.now();
  const status = { status: 'RECONNECTING', statusAt: at, statusSince: at } as const;
  const { statusReason: __, ...before } = record;
  const streamSession = streamSessionView({ ...before, ...status });
  const body = JSON.stringify({ signalResponse: made.signalResponse, connectionId, streamSession });
  await store(
    asked,
    lease,
    {
      ...settled,
      ...status,
      statusReason: null,
      // The start's answer fits the start's offer alone.
      startResponse: null,
      connectionId,
      connectionParent: asked.previousConnectionId ?? null,
      connectedRequest: claim.request,
      answer: body,
      answerUntil: at + ANSWER_KEPT_MS,
      consumed: withConsumed(consumed, claim),
    },
    deps,
  );
  deps.log.info('connected', { connectionId });
  return { body, replayed: false };
}

/** Gets the lease, or the answer that makes it unnecessary. Reads only where the conditional write failed. */
async function takeLease(
  asked: Reconnect,
  request: ConnectionRequest,
  budget: Budget,
  deps: ReconnectDependencies,
): Promise<{ record: SessionRecord; lease: Lease } | { answer: string }> {
  const { previousConnectionId: _, ...claim } = request;
  const tryOnce = async () => {
    const lease: Lease = { ...claim, id: deps.newId(), until: asked.endsBy + CLOCK_SKEW_MS };
    const record = await deps.records.acquire(asked, lease, budget, deps.now());
    return record && { record, lease };
  };
  const first = await tryOnce();
  if (first) return first;
  const record = (await deps.records.read(asked)) ?? (await deps.adopt(asked, asked.endsBy - RESERVE_MS));
  if (!record) {
    throw new Problem('stream_session_not_found', 'There is no such stream session of this player.');
  }
  const verdict = judgeConnection(record, request, { now: deps.now(), random: deps.random(), budget });
  if (verdict.do === 'replay') return { answer: verdict.answer };
  // Nothing in the record stands in the way any more (or it has just been adopted): once again.
  const second = await tryOnce();
  if (second) return second;
  throw new Problem('connection_in_progress', 'Another connection request for this session is under way.', {
    retryAfterMs: spread(IN_PROGRESS_WAIT_MS, deps.random()),
  });
}

/**
 * Asks AWS, and looks at the session where a refusal needs explaining. A session that is ready when looked at
 * had only just changed, so AWS is asked once more.
 */
async function askAws(
  asked: Reconnect,
  clientToken: string,
  repeat: boolean,
  deps: ReconnectDependencies,
): Promise<{ signalResponse: string } | { failure: AwsFailure; seen: Observed | undefined }> {
  const deadline = asked.endsBy - RESERVE_MS;
  for (let looked = false; ; looked = true) {
    try {
      return { signalResponse: await deps.createConnection(asked, clientToken, deadline) };
    } catch (failure) {
      if (!(failure instanceof AwsFailure)) throw failure;
      const seen = needsLook(failure) ? await deps.look(asked, deadline) : undefined;
      const justReady = failure.kind === 'conflict' && seen !== undefined && isReconnectable(seen.status);
      if (looked || repeat || failure.uncertain || !justReady) return { failure, seen };
    }
  }
}

/**
 * Writes the answer down under the lease.
 * @throws Problem when the lease is lost: a newer request has begun, and this answer is worth nothing.
 */
async function store(
  asked: Reconnect,
  lease: Lease,
  changes: Changes,
  deps: ReconnectDependencies,
): Promise<void> {
  let stored: boolean;
  try {
    stored = await deps.records.finish(asked, lease.id, changes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // AWS has answered: the player gets the answer although it can't be repeated. The lease runs out by itself.
    deps.log.error('answer not stored', { cause: error.code });
    return;
  }
  if (!stored) {
    throw new Problem('connection_in_progress', 'This request took too long and another one has begun.', {
      retryAfterMs: spread(IN_PROGRESS_WAIT_MS, deps.random()),
    });
  }
}

/** Gives the lease back where there is no answer to store. What the player hears does not depend on it. */
async function giveBack(
  asked: Reconnect,
  lease: Lease,
  changes: Changes,
  deps: ReconnectDependencies,
): Promise<void> {
  try {
    await deps.records.finish(asked, lease.id, changes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    deps.log.warn('lease not given back', { cause: error.code });
  }
}

function statusChanges(record: SessionRecord, seen: Observed, now: number): Changes {
  return {
    status: seen.status,
    statusAt: now,
    statusReason: seen.statusReason ?? null,
    ...(seen.status === record.status ? {} : { statusSince: now }),
  };
}
