/** The player API. */
import { playerRoutes } from '../infra/routes/player-routes.ts';
import { PROBLEMS, type ProblemCode } from '../lambdas/problems/problems.ts';
import { type Api, anybody, type RouteContract } from './api.ts';
import { playerParameters, playerSchemas } from './player-schemas.ts';

const always = ['invalid_request', 'broker_misconfigured', 'upstream_unavailable'] as const;
const withAws = [...always, 'too_many_requests', 'paced', 'upstream_timeout'] as const;
const connecting = [
  ...withAws,
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
      says: 'The session is started, and usually not placed yet: poll its status.',
    },
    problems: [...connecting, 'session_limit_reached', 'answer_lost'],
  },
  status: {
    success: {
      status: 200,
      body: 'Status',
      says: 'The session, over or not, and the answer to the offer of its start once there is one.',
    },
    problems: [...withAws, 'stream_session_not_found'],
  },
  sessions: {
    success: {
      status: 200,
      body: 'Sessions',
      says: 'The sessions of the caller that are live as far as is known.',
    },
    problems: always,
  },
  reconnect: {
    body: 'ConnectionRequest',
    idempotent: true,
    success: { status: 201, body: 'Connected', says: 'The player is back in the same session.' },
    problems: [
      ...connecting,
      'stream_session_not_found',
      'session_not_reconnectable',
      'taken_over',
      'answer_lost',
      'stream_session_ended',
    ],
  },
  terminate: {
    success: { status: 204, says: 'The session ends, or had ended.' },
    problems: [...withAws, 'stream_session_not_found', 'session_not_terminable'],
  },
} as const satisfies Record<string, RouteContract<ProblemCode, keyof typeof playerSchemas>>;

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
  routes: playerRoutes,
  contracts: playerContracts,
  problems: PROBLEMS,
  gateway: {
    401: 'The token is missing, expired or of somebody else.',
    403: 'The token lacks the play scope.',
    ...anybody,
  },
  parameters: playerParameters,
  schemas: playerSchemas,
};
