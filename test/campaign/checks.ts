/** Checks each answer against the facts: what AWS accepted, and who requested what. */
import { PROBLEMS, type ProblemCode } from '../../contract/problems.ts';
import { isOverAtAws, type MemoryAws } from './aws.ts';
import type { Exchange } from './exchange.ts';
import type { Invariant, Violation } from './plan.ts';
import { isSameRequest, type PlayerRequest, playerIdNamed } from './players.ts';

/** The facts of a run so far. */
export interface KnownFacts {
  aws: MemoryAws;
  /** All requests that were sent. */
  issued: readonly { request: PlayerRequest; at: number }[];
  /** All exchanges before this one. */
  past: readonly Exchange[];
  /** Sessions whose termination was answered with 204, and when. */
  ended: ReadonlyMap<string, number>;
  /** By connection: its offer. Only connections that a page knows. */
  offerOf: ReadonlyMap<string, string>;
  /** By offer: the device that made it. */
  deviceOf: ReadonlyMap<string, string>;
  /** By player id: when an operator first asked for the player to be forgotten. */
  forgotten: ReadonlyMap<string, number>;
}

type Check = (exchange: Exchange, facts: KnownFacts) => [Invariant, string] | undefined;

const isAnswer = ({ status }: Exchange) => status < 300;
const describe = ({ request, status, body }: Exchange) => `${request.route} answered ${body.code ?? status}`;

/** 3 */
const isWellFormed: Check = (exchange) => {
  const { died, status, body, request } = exchange;
  if (died === 'crashed' || died === 'timedOut') return [3, `${request.route} ${died} instead of answering`];
  if (died || isAnswer(exchange)) return undefined;
  const row = Object.hasOwn(PROBLEMS, body.code ?? '') ? PROBLEMS[body.code as ProblemCode] : undefined;
  if (!row || row.status !== status || row.retry !== body.retry)
    return [3, `${describe(exchange)}, which docs/protocol.md does not list`];
  if (body.code === 'broker_misconfigured')
    return [3, `${describe(exchange)}, although nothing is misconfigured`];
  return undefined;
};

/** 2 */
const isRepeated: Check = (exchange, { past }) => {
  const { request } = exchange;
  if (!isAnswer(exchange) || request.offer === undefined) return undefined;
  const first = past.find((other) => isAnswer(other) && isSameRequest(other.request, request));
  return first && first.text !== exchange.text
    ? [2, `${request.route} answered the same request with other bytes than before`]
    : undefined;
};

/** A reconnect's answer is stored at least this long. */
const KEPT_MS = 110_000;

/** 2: a stored answer remains valid until something replaces it. */
const isKept: Check = (exchange, { past, aws, forgotten }) => {
  const { request, body } = exchange;
  // The answer went with the record.
  if (forgotten.has(playerIdNamed(request.player))) return undefined;
  if (request.route !== 'reconnect' || body.retry === undefined || body.retry === 'same') return undefined;
  const first = past.find((other) => isAnswer(other) && isSameRequest(other.request, request));
  if (!first || first.faults.length > 0 || exchange.endedAt - first.endedAt > KEPT_MS) return undefined;
  const accepted = aws.sessions.get(request.session ?? '')?.accepted ?? [];
  if (accepted.at(-1)?.offer !== request.offer) return undefined;
  // A table outage during the first request may have lost its answer.
  return first.tableWasDown ? undefined : [2, `${describe(exchange)} to a request that was answered before`];
};

/** 6 */
const isOwn: Check = (exchange, { aws, past }) => {
  const { request, body, text } = exchange;
  const me = playerIdNamed(request.player);
  if (request.foreign && isAnswer(exchange))
    return [6, `${request.route} of another player's session was answered`];
  const refused = ['stream_session_not_found', 'invalid_request', 'too_many_requests', 'paced'];
  if (
    request.foreign &&
    body.code &&
    !refused.includes(body.code) &&
    exchange.status !== 503 &&
    exchange.status !== 504
  )
    return [6, `${describe(exchange)} about another player's session`];
  const foreign = [...aws.sessions.values()].find(
    ({ id, userId }) => userId !== me && text.includes(`"${id}"`),
  );
  if (foreign) return [6, `${request.route} named another player's session`];
  if (request.route !== 'reconnect' || !isAnswer(exchange) || exchange.replayed || !request.named)
    return undefined;
  // Another device insisted without a fault, and got its answer before this request.
  const insisted = past.find(
    (other) =>
      other.request.route === 'reconnect' &&
      other.request.session === request.session &&
      other.request.device !== request.device &&
      other.request.named === undefined &&
      isAnswer(other) &&
      !other.replayed &&
      other.faults.length === 0 &&
      !other.tableWasDown &&
      other.endedAt < exchange.issuedAt,
  );
  const named = past.findLast(
    (other) => other.request.device === request.device && other.body.connectionId === request.named,
  );
  if (insisted && named && named.endedAt < insisted.issuedAt)
    return [6, 'a device that was overtaken got the stream back without insisting'];
  return undefined;
};

/** 4: what an answer says about a session is true, and an end is final. */
const isTrue: Check = (exchange, facts) => {
  const { request, body, issuedAt } = exchange;
  const ended = (id: string | undefined) =>
    (facts.ended.get(id ?? '') ?? Number.POSITIVE_INFINITY) < issuedAt;
  const sessions = [body.streamSession ?? [], body.streamSessions ?? []].flat();
  const alive = sessions.find(({ streamSessionId, status }) => {
    return ended(streamSessionId) && !['TERMINATING', 'TERMINATED', 'ERROR'].includes(status);
  });
  if (alive && !exchange.replayed) {
    return [4, `${describe(exchange)} and names a session as ${alive.status} whose end was answered before`];
  }
  const session = facts.aws.sessions.get(request.session ?? '');
  const own = session?.userId === playerIdNamed(request.player);
  if (body.code === 'stream_session_ended' && session && !exchange.overAfter) {
    return [4, `${describe(exchange)} while the session is ${session.status} at AWS`];
  }
  const gone = sessions.find(
    ({ streamSessionId, status }) =>
      ['TERMINATING', 'TERMINATED', 'ERROR'].includes(status) &&
      !isOverAtAws(facts.aws.sessions.get(streamSessionId) ?? ({ status: 'TERMINATED' } as never)),
  );
  if (gone) return [4, `${describe(exchange)} and names a session as ${gone.status} that lives at AWS`];
  if (
    body.code === 'stream_session_not_found' &&
    own &&
    !facts.forgotten.has(playerIdNamed(request.player)) &&
    facts.past.some((other) => startedIt(other, request))
  ) {
    return [4, `${describe(exchange)} to the owner of the session`];
  }
  const limit = facts.aws.sessions.get(body.streamSession?.streamSessionId ?? '');
  const wasDead = limit && (limit.endedAt ?? issuedAt) < issuedAt - FRESH_MS;
  if (body.code === 'session_limit_reached' && wasDead && couldLook(exchange, facts)) {
    return [4, `${describe(exchange)} and names a session that was over at AWS before this request`];
  }
  return undefined;
};

/** A status that is younger than this is not looked up again. */
const FRESH_MS = 2000;

/**
 * Whether the broker could look up the session before it refused a start: AWS worked, and no other request had used the status lookup.
 * Otherwise the refusal rests on older knowledge, and the reconnect that it suggests learns the truth.
 */
const couldLook = (
  { request, issuedAt, faults, awsWasDown, tableWasDown }: Exchange,
  { issued }: KnownFacts,
) =>
  !awsWasDown &&
  // The table counts the lookups. Where it fails, there is none.
  !tableWasDown &&
  !faults.some(({ on }) => on === 'aws' || on === 'table') &&
  !issued.some(({ request: other, at }) => {
    return other.id !== request.id && other.player === request.player && Math.abs(at - issuedAt) < FRESH_MS;
  });

const startedIt = (other: Exchange, request: PlayerRequest) =>
  isAnswer(other) &&
  other.request.player === request.player &&
  other.body.streamSession?.streamSessionId === request.session;

/** 4: a refusal that says never, or that an offer was used, has a reason. */
const isEarned: Check = (exchange, { aws, issued, offerOf, deviceOf }) => {
  const { request, body } = exchange;
  const accepted = aws.sessions.get(request.session ?? '')?.accepted ?? [];
  if (body.code === 'taken_over' && request.named !== undefined) {
    const offer = offerOf.get(request.named);
    const at = accepted.findIndex((one) => one.offer === offer);
    // An insisting page starts a new connection history: what it named before counts as another device's.
    const insisted = (text: string) =>
      issued.some(({ request: other }) => other.offer === text && other.named === undefined);
    const others = accepted
      .slice(at + 1)
      .filter((one) => deviceOf.get(one.offer) !== request.device || insisted(one.offer));
    if (offer !== undefined && at >= 0 && others.length === 0)
      return [4, `${describe(exchange)}, although no other device has connected`];
  }
  const before = issued.filter(
    ({ request: other }) => other.player === request.player && other.id !== request.id,
  );
  if (body.code === 'offer_reused' && !before.some(({ request: other }) => other.offer === request.offer)) {
    return [4, `${describe(exchange)} to an offer that was never sent before`];
  }
  if (
    body.code === 'idempotency_key_reused' &&
    !before.some(({ request: other }) => other.key === request.key)
  ) {
    return [4, `${describe(exchange)} to a key that was never sent before`];
  }
  const strange = /bad|[\ud800-\udfff]/.test(request.offer ?? '');
  if (body.code === 'invalid_request' && !strange) return [4, `${describe(exchange)} to a valid request`];
  return undefined;
};

const CHECKS: readonly Check[] = [isWellFormed, isRepeated, isKept, isOwn, isTrue, isEarned];

/** The violations of an exchange. */
export function checkExchange(exchange: Exchange, facts: KnownFacts): Violation[] {
  return CHECKS.flatMap((check) => {
    const [invariant, what] = check(exchange, facts) ?? [];
    if (invariant === undefined || what === undefined) return [];
    const step = typeof exchange.request.id === 'number' ? { step: exchange.request.id } : {};
    return [{ invariant, what, ...step }];
  });
}
