/** What each route of the player API takes and answers, beyond what `infra/player-routes.ts` says of it. */
import type { ProblemCode } from '../lambdas/core/problems.ts';
import type { SchemaName } from './schemas.ts';

export interface RouteContract {
  readonly body?: SchemaName;
  /** Takes an Idempotency-Key, and may repeat an answer. */
  readonly idempotent?: true;
  readonly success: { readonly status: number; readonly body?: SchemaName; readonly says: string };
  readonly problems: readonly ProblemCode[];
}

/** By route name. Every route can meet these. */
const always: readonly ProblemCode[] = ['invalid_request', 'broker_misconfigured', 'upstream_unavailable'];
const withAws: readonly ProblemCode[] = [...always, 'too_many_requests', 'paced', 'upstream_timeout'];
const connecting: readonly ProblemCode[] = [
  ...withAws,
  'connection_in_progress',
  'idempotency_key_reused',
  'offer_reused',
  'stream_group_unavailable',
];

export const contracts: Readonly<Record<string, RouteContract>> = {
  start: {
    body: 'StartRequest',
    idempotent: true,
    success: {
      status: 201,
      body: 'Started',
      says: 'The session is started, and usually not placed yet: poll its status.',
    },
    problems: [...connecting, 'session_limit_reached'],
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
};
