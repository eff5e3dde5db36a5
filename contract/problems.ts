/** What a client does next: repeat exactly this request, make a new offer first, or stop. */
export const RETRIES = ['same', 'newOffer', 'never'] as const;
export type Retry = (typeof RETRIES)[number];

/** One row of an API's table of errors: the HTTP status, what the client does next, and the title. */
export interface ProblemRow {
  readonly status: number;
  readonly retry: Retry;
  readonly title: string;
}

/** An API's errors by code. Every API has `broker_misconfigured`, for defects of Rejoin itself. */
export interface ProblemTable {
  readonly [code: string]: ProblemRow;
  readonly broker_misconfigured: ProblemRow;
}

/**
 * Every error that the player API answers by itself. The table of docs/protocol.md, the OpenAPI document and the client's types are
 * generated from it: `npm run generate`.
 */
export const PROBLEMS = {
  invalid_request: { status: 400, retry: 'never', title: 'The request is not valid' },
  start_not_allowed: { status: 403, retry: 'never', title: 'This player may not start a session' },
  not_through_edge: { status: 403, retry: 'never', title: 'The request did not come through the proxy' },
  stream_session_not_found: { status: 404, retry: 'never', title: 'No such stream session' },
  session_not_reconnectable: {
    status: 409,
    retry: 'newOffer',
    title: 'The stream session is not reconnectable yet',
  },
  taken_over: { status: 409, retry: 'never', title: 'Another device has the stream' },
  connection_in_progress: { status: 409, retry: 'same', title: 'Another request is already under way' },
  session_limit_reached: { status: 409, retry: 'never', title: 'The player already has a live session' },
  session_not_terminable: { status: 409, retry: 'same', title: 'The session cannot be ended yet' },
  answer_lost: { status: 409, retry: 'newOffer', title: 'The answer to this offer is lost' },
  stream_session_ended: { status: 410, retry: 'never', title: 'The stream session has ended' },
  idempotency_key_reused: { status: 422, retry: 'never', title: 'The key belongs to another request' },
  offer_reused: { status: 422, retry: 'newOffer', title: 'The offer was used before' },
  too_many_requests: { status: 429, retry: 'same', title: 'Too many requests by this player' },
  broker_misconfigured: { status: 500, retry: 'never', title: 'The broker is misconfigured' },
  paced: { status: 503, retry: 'same', title: 'Waiting for a turn' },
  starts_paused: { status: 503, retry: 'same', title: 'New sessions are paused' },
  stream_group_unavailable: { status: 503, retry: 'same', title: 'The stream group is not available' },
  upstream_unavailable: { status: 503, retry: 'same', title: 'AWS failed' },
  upstream_timeout: { status: 504, retry: 'same', title: 'AWS did not answer in time' },
} as const satisfies ProblemTable;

/** The closed union of the player API's error codes. */
export type ProblemCode = keyof typeof PROBLEMS;

/** Members a problem may carry beside the standard ones. */
export interface ProblemExtras {
  /** How long to wait before the next try, in milliseconds. Becomes `Retry-After` as well. */
  retryAfterMs?: number;
  /** The player's place in the queue for the account's quota, 1 for the next. */
  queuePosition?: number;
  /** The ticket's time is after the session's likely end. Only AWS knows the real end, so the player gets the ticket. */
  mayBeTooLate?: boolean;
  /** GameLift Streams' status of the session, if it was looked up. */
  streamSessionStatus?: string;
  /** GameLift Streams' reason for the status, if it gave one. */
  statusReason?: string;
  /** The live session because of which a start was refused. */
  streamSession?: object;
}
