import type {
  APIGatewayProxyEventV2WithJWTAuthorizer,
  APIGatewayProxyStructuredResultV2,
  Context,
} from 'aws-lambda';
import type { PlayerSettings } from '../../contract/deployed-settings.ts';
import { PROBLEMS } from '../../contract/problems.ts';
import type { PlayerRouteName } from '../../contract/routes.ts';
import { requireEdge } from '../http/edge-secret.ts';
import { type Reply, requestPartsOf, routeHandler } from '../http/route-handler.ts';
import { playerIdOf } from '../identifiers/player-id.ts';
import { logger } from '../observability/logs.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { Problem } from '../problems/problems.ts';

/** What a route sees of a request: its caller is verified, nothing else is checked yet. */
export interface PlayerRequest {
  playerId: string;
  streamGroupId: string | undefined;
  streamSessionId: string | undefined;
  /** The header as sent, if it was. */
  idempotencyKey: string | undefined;
  body: string | undefined;
  /** Epoch milliseconds at which Lambda kills this invocation. */
  endsBy: number;
  metrics: RequestMetrics;
  /** The header with the caller's token, and what the authorizer read in it. By a call, so that no log of a request has the token. */
  token(): { authorization: string | undefined; verified: { iss: string; sub: string } };
}

type Event = APIGatewayProxyEventV2WithJWTAuthorizer;
type Result = APIGatewayProxyStructuredResultV2;

/**
 * Wraps a route of the player API into a Lambda handler.
 *
 * @param route the path's name in logs and metrics.
 */
export function playerApi(
  route: PlayerRouteName,
  settings: PlayerSettings,
  answer: (request: PlayerRequest) => Promise<Reply>,
): (event: Event, context: Context) => Promise<Result> {
  return routeHandler<Event>(route, PROBLEMS, async (event, context, metrics) => {
    requireEdge(event.headers, settings.edgeSecretSha256);
    return answer({ ...toRequest(event, context, settings), metrics });
  });
}

function toRequest(event: Event, context: Context, settings: PlayerSettings): Omit<PlayerRequest, 'metrics'> {
  const { iss, sub } = event.requestContext.authorizer.jwt.claims;
  if (typeof iss !== 'string' || typeof sub !== 'string' || sub === '') {
    throw new Problem('invalid_request', 'The access token has no subject; sign in as a player.');
  }
  const playerId = playerIdOf(iss, sub, settings.userId);
  // A pseudonym, also where AWS gets the subject itself.
  logger.appendKeys({
    playerId: settings.userId === 'subject' ? playerIdOf(iss, sub, 'pseudonym') : playerId,
  });
  return {
    ...requestPartsOf(event, context),
    playerId,
    idempotencyKey: event.headers['idempotency-key'],
    token: () => ({ authorization: event.headers.authorization, verified: { iss, sub } }),
  };
}
