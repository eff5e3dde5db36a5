/** The OpenAPI contract of the player API. */
import { PROBLEMS, type ProblemCode } from '../problems.ts';
import { PLAYER_ROUTES, type PlayerRouteName } from '../routes.ts';
import { playerParameters, playerSchemas } from '../schemas/player.ts';
import { type Api, gatewayResponses, type RouteContract } from './api.ts';

const everyRoute = [
  'invalid_request',
  'not_through_edge',
  'broker_misconfigured',
  'upstream_unavailable',
] as const;
const callingAws = [...everyRoute, 'too_many_requests', 'paced', 'upstream_timeout'] as const;
const connectingRoutes = [
  ...callingAws,
  'connection_in_progress',
  'idempotency_key_reused',
  'offer_reused',
  'stream_group_unavailable',
] as const;

/** By route name. */
export const playerContracts = {
  start: {
    body: 'StartRequest',
    idempotent: true,
    success: {
      status: 201,
      body: 'Started',
      description: 'The session is started. AWS has usually not placed it yet, so poll its status.',
    },
    problems: [
      ...connectingRoutes,
      'start_not_allowed',
      'session_limit_reached',
      'answer_lost',
      'starts_paused',
    ],
  },
  status: {
    success: {
      status: 200,
      body: 'Status',
      description:
        "The session, also if it has ended, and the answer to the start's offer as soon as AWS has given it.",
    },
    problems: [...callingAws, 'stream_session_not_found'],
  },
  sessions: {
    success: {
      status: 200,
      body: 'Sessions',
      description: 'The live sessions of the caller. AWS may have ended some of them already.',
    },
    problems: everyRoute,
  },
  reconnect: {
    body: 'ConnectionRequest',
    idempotent: true,
    success: { status: 201, body: 'Connected', description: 'The player is back in the same session.' },
    problems: [
      ...connectingRoutes,
      'stream_session_not_found',
      'session_not_reconnectable',
      'taken_over',
      'answer_lost',
      'stream_session_ended',
    ],
  },
  terminate: {
    success: { status: 204, description: 'The session is ending, or has ended already.' },
    problems: [...callingAws, 'stream_session_not_found', 'session_not_terminable'],
  },
  recoveries: {
    body: 'RecoveryReport',
    success: { status: 204, description: 'The report is counted. A page need not wait for this answer.' },
    problems: [...everyRoute, 'too_many_requests'],
  },
} as const satisfies Record<PlayerRouteName, RouteContract<ProblemCode, keyof typeof playerSchemas>>;

export const playerApi: Api = {
  title: 'Rejoin player API',
  server: { host: 'play-api.example.com', output: 'ApiUrl' },
  security: {
    name: 'player',
    scheme: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description:
        'An access token of the issuer that the deployment trusts, with the play scope (rejoin/play by default).',
    },
  },
  routes: PLAYER_ROUTES,
  contracts: playerContracts,
  problems: PROBLEMS,
  gateway: {
    401: 'The token is missing, expired, malformed, or of another issuer or audience.',
    403: 'The token lacks the play scope.',
    ...gatewayResponses,
  },
  parameters: playerParameters,
  schemas: playerSchemas,
};
