/** Requests to the operator API. */
import type { OperatorRoute } from './bundle.ts';
import type { Action, OperatorUse, Principal, Step } from './plan.ts';
import { GROUP, type Player, type PlayerRequest } from './players.ts';

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
