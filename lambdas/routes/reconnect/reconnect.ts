import { SHORT_WAIT_MS } from '../../admission/ticket.ts';
import { AwsFailure } from '../../gameliftstreams/aws-failure.ts';
import { callWhenAdmitted } from '../../gameliftstreams/paced-call.ts';
import { connectProblem, needsStatusLookup, type StatusLookup } from '../../gameliftstreams/refusals.ts';
import { isReconnectable } from '../../gameliftstreams/stream-session-status.ts';
import { reconnectableInMs } from '../../gameliftstreams/waits.ts';
import {
  connectionClientToken,
  connectionIdOf,
  fingerprintOf,
  requestMark,
} from '../../identifiers/digests.ts';
import { chargedNextFreeAt, latestNextFreeAt, type RateLimit } from '../../limits/rate-limit.ts';
import type { RequestMetrics } from '../../observability/request-metrics.ts';
import { Problem } from '../../problems/problems.ts';
import { spread } from '../../problems/waits.ts';
import { noticeTimeMs } from '../../reliability/notice-time.ts';
import { countPlayer, countPlayerFailures } from '../../reliability/player-failures.ts';
import {
  classifyConnection,
  classifyRefusal,
  episodeOfTicket,
  type ReportedLoss,
} from '../../reliability/sli.ts';
import { compressAnswer, decompressAnswer } from '../../sessions/compressed-answer.ts';
import {
  abandonedLeaseFields,
  abandonedLeasesOf,
  addConnection,
  addUsedOffer,
  type ConnectionRequest,
  decideConnection,
  knownConnections,
  usedOffersOf,
} from '../../sessions/connection.ts';
import type { SessionChanges } from '../../sessions/session-table.ts';
import {
  likelyEnd,
  type SessionRecord,
  statusChanges,
  streamSessionView,
} from '../../sessions/stream-session.ts';
import { RESERVE_MS, type ReconnectDependencies, type ReconnectRequest } from './dependencies.ts';
import { giveBack, storeAnswer, takeLease } from './lease.ts';

/** How long an answer may be repeated. A client that has not asked by then has made a new offer long since. */
const ANSWER_KEPT_MS = 120_000;

interface Answer {
  body: string;
  replayed: boolean;
}

/**
 * Reconnects a player to a session: takes the lease, asks AWS with a derived client token, stores the answer.
 *
 * @returns the answer's JSON text, and whether it is a repetition.
 * @throws Problem with the refusal.
 */
export function reconnect(asked: ReconnectRequest, deps: ReconnectDependencies): Promise<Answer> {
  return countPlayerFailures('reconnectFailed', asked, deps, () => connect(asked, deps));
}

async function connect(asked: ReconnectRequest, deps: ReconnectDependencies): Promise<Answer> {
  const { previousConnectionId } = asked;
  const claim = fingerprintOf(asked);
  const request: ConnectionRequest = {
    ...claim,
    ...(previousConnectionId === undefined ? {} : { previousConnectionId }),
  };
  const clientToken = connectionClientToken(asked, claim.request);
  const connectionId = connectionIdOf(clientToken);
  const budget: RateLimit = { perMinute: deps.limits.connectionsPerMinute };

  const held = await takeLease(asked, request, connectionId, budget, deps);
  if ('answer' in held) return repeated(held.answer, asked, deps);
  const { record, lease } = held;

  const now = deps.now();
  const loss: ReportedLoss = {
    request: requestMark(claim.request),
    lostAt: asked.silentMs === undefined ? undefined : now - asked.silentMs,
  };
  for (const dead of record.orphans ? abandonedLeasesOf(record, now, lease.id) : []) {
    // A function that is killed says nothing of whom it met.
    deps.log.warn('dead lease', abandonedLeaseFields(dead));
  }
  const consumed = usedOffersOf(record, now, lease.id);
  const lineage = knownConnections(record, now, lease.id);
  const settled = {
    budgetTat: chargedNextFreeAt(budget, record.budgetTat ?? 0, now),
    // What dead functions left behind is the record's own from here on.
    ...(record.orphans ? { consumed, lineage } : {}),
  };
  let repeat: boolean;
  try {
    const context = { now, random: deps.random(), budget, ownLease: lease.id };
    const verdict = decideConnection(record, request, context);
    if (verdict.do === 'replay') {
      await giveBack(asked, held, settled, deps);
      return repeated(verdict.answer, asked, deps);
    }
    repeat = verdict.repeat;
  } catch (refusal) {
    const ended = refusal instanceof Problem && refusal.code === 'stream_session_ended';
    await giveBack(asked, held, { ...settled, ...(ended ? troubled(refusal, record, loss, now) : {}) }, deps);
    throw refusal;
  }

  const { metrics } = asked;
  const caller = { ticket: record.turn, end: likelyEnd(record, record.turn, now), metrics };
  const pacer = deps.admissionQueue(asked.streamGroupId);
  const inLine = await callWhenAdmitted(caller, { ...deps, queue: pacer }, () =>
    askAws(asked, record, clientToken, repeat, deps),
  );
  if ('paced' in inLine) {
    const { paced, turn, uncertain } = inLine;
    const changes = {
      ...settled,
      ...troubled(paced, record, loss, deps.now()),
      ...(uncertain ? { consumed: addUsedOffer(consumed, claim) } : {}),
      turn,
      // However small the player's own budget is, it lets the player come when the turn is due.
      ...(turn.at > 0
        ? { budgetTat: Math.min(settled.budgetTat, latestNextFreeAt(budget, turn.at - SHORT_WAIT_MS)) }
        : {}),
    };
    await giveBack(asked, held, changes, deps);
    throw paced;
  }

  const made = inLine.done;
  if ('failure' in made) {
    const { failure, seen } = made;
    const uncertain = failure.uncertain || inLine.uncertain;
    const problem = connectProblem(failure, repeat, seen, deps.random());
    const changes = {
      ...settled,
      ...troubled(problem, record, loss, deps.now()),
      turn: null,
      // Unknown outcome: from now on this offer may only be repeated, with the same token.
      ...(uncertain ? { consumed: addUsedOffer(consumed, claim) } : {}),
      ...(seen ? statusChanges(record.status, seen, deps.now()) : {}),
    };
    await Promise.all([giveBack(asked, held, changes, deps), inLine.counted]);
    throw problem;
  }

  const at = deps.now();
  const lostAt = certainLoss(record, loss, repeat);
  const relapse = relapseOf(asked, record, lostAt, at);
  const { statusReason, ...status } = statusChanges(undefined, { status: 'RECONNECTING' }, at);
  const { statusReason: _, ...before } = record;
  const streamSession = streamSessionView({ ...before, ...status });
  const body = JSON.stringify({ signalResponse: made.signalResponse, connectionId, streamSession });
  const changes = {
    ...settled,
    ...status,
    statusReason,
    turn: null,
    // The start's answer fits the start's offer alone.
    startResponse: null,
    ...(record.noticedAt === undefined ? {} : { noticedAt: null }),
    lineage: addConnection(lineage, connectionId, previousConnectionId),
    connectedRequest: claim.request,
    answer: compressAnswer(body, asked.signalRequest),
    answerUntil: at + ANSWER_KEPT_MS,
    consumed: addUsedOffer(consumed, claim),
    ...(record.trouble ? { trouble: null } : {}),
    ...(relapse === 'counted' ? { relapseCounted: at } : {}),
  };
  metrics.noticeMs = noticeTimeOf(record, made.seen, lostAt);
  await Promise.all([
    storeAnswer(asked, held, changes, deps),
    inLine.counted,
    countRelapse(relapse, asked, deps),
  ]);
  deps.log.info('connected', { connectionId });
  return { body, replayed: false };
}

/**
 * An answer that was given before.
 * @throws Problem `answer_lost` where what is stored is no answer to this offer
 */
function repeated(
  answer: Uint8Array,
  { signalRequest }: ReconnectRequest,
  deps: ReconnectDependencies,
): Answer {
  try {
    return { body: decompressAnswer(answer, signalRequest), replayed: true };
  } catch (error) {
    deps.log.error('answer not unpacked', { cause: (error as Error).name });
    throw new Problem('answer_lost', 'The answer to this offer cannot be read any more; make a new offer.', {
      retryAfterMs: spread(reconnectableInMs(undefined), deps.random()),
    });
  }
}

/**
 * Asks AWS, and looks at the session where a refusal needs explaining. A session that is ready when looked at
 * had only just changed, so AWS is asked once more.
 */
async function askAws(
  asked: ReconnectRequest,
  { createdAt }: SessionRecord,
  clientToken: string,
  repeat: boolean,
  deps: ReconnectDependencies,
): Promise<{ seen: StatusLookup | undefined } & ({ signalResponse: string } | { failure: AwsFailure })> {
  const deadline = asked.endsBy - RESERVE_MS;
  let seen: StatusLookup | undefined;
  for (let looked = false; ; looked = true) {
    try {
      return { signalResponse: await deps.createConnection(asked, clientToken, deadline), seen };
    } catch (failure) {
      if (!(failure instanceof AwsFailure) || failure.kind === 'throttled') throw failure;
      seen = needsStatusLookup(failure)
        ? await deps.lookUpStatus({ ...asked, createdAt }, deadline, asked.metrics)
        : undefined;
      const justReady = seen !== undefined && isReconnectable(seen.status);
      if (looked || repeat || failure.uncertain || !justReady) return { failure, seen };
    }
  }
}

/** What a refusal adds to the player's trouble; the refusal learns what it counts as. */
function troubled(
  refusal: Problem,
  record: SessionRecord,
  loss: ReportedLoss,
  now: number,
): Pick<SessionChanges, 'trouble'> {
  const known = record.trouble ?? episodeOfTicket(record.turn);
  const { verdict, trouble } = classifyRefusal(refusal, known, now, loss);
  refusal.sliOutcome = verdict;
  // Who waits in a line is known by the turn, and ten thousand such writes are better small.
  const isWritten = record.trouble !== undefined;
  return isWritten || (trouble && (refusal.code !== 'paced' || verdict === 'bad')) ? { trouble } : {};
}

/** When the loss began. A request that may have been sent before does not tell: its silence is that of its first time. */
function certainLoss(
  { turn, trouble }: SessionRecord,
  { request, lostAt }: ReportedLoss,
  repeat: boolean,
): number | undefined {
  return repeat || turn || trouble?.request === request ? undefined : lostAt;
}

/** How long AWS took to notice the loss, in milliseconds; undefined unless a status lookup saw that it did and the page says when it was. */
function noticeTimeOf(
  record: SessionRecord,
  seen: StatusLookup | undefined,
  lostAt: number | undefined,
): number | undefined {
  const { status, noticedAt } = seen ? statusChanges(undefined, seen, 0) : record;
  if (status !== 'PENDING_CLIENT_RECONNECTION' || noticedAt === undefined || lostAt === undefined)
    return undefined;
  return noticeTimeMs(noticedAt, lostAt);
}

/** Whether the connection follows one which did not hold, as far as this session remembers. */
function relapseOf(
  asked: ReconnectRequest,
  { connectedRequest, answerUntil, relapseCounted }: SessionRecord,
  lostAt: number | undefined,
  now: number,
): RequestMetrics['relapse'] {
  const answeredAt = answerUntil === undefined ? undefined : answerUntil - ANSWER_KEPT_MS;
  const connectionId =
    connectedRequest === undefined
      ? undefined
      : connectionIdOf(connectionClientToken(asked, connectedRequest));
  const last = { connectionId, answeredAt, relapseCounted };
  return classifyConnection(last, asked.previousConnectionId, now, lostAt);
}

/** Counts a connection that did not hold: once a player and five minutes, whatever the session. */
async function countRelapse(
  relapse: RequestMetrics['relapse'],
  asked: ReconnectRequest,
  deps: ReconnectDependencies,
): Promise<void> {
  const { metrics } = asked;
  metrics.relapse = relapse;
  if (relapse !== 'counted') return;
  metrics.relapsedPlayers = await countPlayer('relapsed', asked, deps);
  if (metrics.relapsedPlayers === 0) metrics.relapse = 'again';
}
