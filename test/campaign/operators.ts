/** Requests to the operator API, and what must hold of their answers. */
import { OPERATOR_PROBLEMS } from '../../contract/operator-problems.ts';
import { isOperatorRoute, type OperatorRoute } from './bundle.ts';
import type { Exchange } from './exchange.ts';
import type { Action, OperatorUse, Principal, Step, Violation } from './plan.ts';
import { GROUP, type Player, type PlayerRequest } from './players.ts';
import type { MemoryTable } from './table.ts';
import { TABLES } from './witness.ts';

/** The entry of the attacked deployment's settings. */
export const OPERATORS = 'arn:aws:sts::123456789012:assumed-role/Support/*';
const ARNS: Record<Exclude<Principal, 'player'>, string> = {
  operator: 'arn:aws:sts::123456789012:assumed-role/Support/alice',
  // IAM lets in every principal that may invoke APIs in general.
  stranger: 'arn:aws:sts::123456789012:assumed-role/SupportBot/alice',
};

const ROUTE_OF: Record<OperatorUse, OperatorRoute> = {
  terminate: 'operator-terminate',
  sessions: 'operator-sessions',
  forget: 'operator-forget',
  pause: 'operator-brake',
  resume: 'operator-brake',
  brakeStatus: 'operator-brake-status',
  shell: 'operator-shell',
};

/** The request of a step. @param whose the player whom it is about */
export function operatorRequestOf(
  { id }: Step,
  { does, as, seconds }: Extract<Action, { kind: 'operate' }>,
  whose: Player,
): PlayerRequest {
  return {
    id,
    player: `operator-${as}`,
    device: `operator-${as}.0`,
    route: ROUTE_OF[does],
    as,
    ...(does === 'terminate' || does === 'shell' ? { session: whose.session ?? 'session-unknown' } : {}),
    ...(does === 'forget' || does === 'sessions' ? { about: whose.playerId } : {}),
    ...(does === 'pause' ? { seconds: seconds ?? 60 } : does === 'resume' ? { seconds: 0 } : {}),
  };
}

/** The event that API Gateway hands to the function. A player's has the authorizer of the other API, which must open nothing. */
export function operatorEventOf(request: PlayerRequest): object {
  const { id, as, session, about, seconds } = request;
  const body = { reason: 'a player complains', ...(seconds === undefined ? {} : { seconds }) };
  const authorizer =
    as === undefined || as === 'player'
      ? { jwt: { claims: { iss: 'https://login.example.com/', sub: ARNS.operator } } }
      : { iam: { userArn: ARNS[as], accessKey: 'AKIAEXAMPLE' } };
  return {
    requestContext: {
      requestId: `request-${id}`,
      authorizer,
      http: { sourceIp: '192.0.2.1', userAgent: 'campaign' },
    },
    headers: {},
    rawQueryString: '',
    pathParameters: {
      ...(session === undefined ? {} : { streamGroupId: GROUP, streamSessionId: session }),
      ...(about === undefined ? {} : { playerId: about }),
    },
    body: JSON.stringify(body),
    isBase64Encoded: false,
  };
}

/** The violations of an answer of the operator API. @param table as it is right after the answer */
export function checkOperated(exchange: Exchange, table: MemoryTable): Violation[] {
  const { request, status, body, died, issuedAt } = exchange;
  const { route, as } = request;
  if (!isOperatorRoute(route)) return [];
  const violation = (invariant: Violation['invariant'], what: string): Violation[] => [
    { invariant, what, ...(typeof request.id === 'number' ? { step: request.id } : {}) },
  ];
  if (died === 'crashed' || died === 'timedOut') return violation(3, `${route} ${died} instead of answering`);
  if (died) return [];
  if (as !== 'operator') {
    return body.code === 'not_an_operator' && status === 403
      ? []
      : violation(9, `${route} answered ${body.code ?? status} to ${as}`);
  }
  if (status < 300) {
    const records = table.items(TABLES.auditTable).map(({ item }) => item);
    const isOpened = records.some(
      ({ requestId, outcome }) => requestId === `request-${request.id}` && outcome === 'opened',
    );
    if (route === 'operator-shell' && !isOpened)
      return violation(9, `${route} handed out credentials without a record`);
    if (route !== 'operator-forget' || exchange.faults.length > 0 || exchange.tableWasDown) return [];
    const left = table
      .items(TABLES.table)
      .filter(({ item }) => item.pk === request.about && String(item.sk).startsWith('SESSION#'));
    return left.some(({ writtenAt }) => writtenAt < issuedAt)
      ? violation(9, `${route} answered, and left a record of the player`)
      : [];
  }
  const known: Readonly<Record<string, { status: number; retry: string }>> = OPERATOR_PROBLEMS;
  const row = Object.hasOwn(known, body.code ?? '') ? known[body.code ?? ''] : undefined;
  if (!row || row.status !== status || row.retry !== body.retry)
    return violation(3, `${route} answered ${body.code ?? status}, which is no row of the table`);
  if (body.code === 'broker_misconfigured' || body.code === 'not_an_operator')
    return violation(3, `${route} answered ${body.code}, and nothing is misconfigured`);
  return [];
}
