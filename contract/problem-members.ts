/** What a problem carries beside the standard members. The tables of docs/protocol.md are generated from it, and tests compare it with the answers. */
import type { OperatorProblemCode } from './operator-problems.ts';
import type { ProblemCode, ProblemExtras } from './problems.ts';

/** A member that is always there has `''`. Any other has a text that says when it is there. */
type Members = Readonly<Partial<Record<keyof ProblemExtras, string>>>;

const WAIT: Members = { retryAfterMs: '' };
const WAIT_AND_STATUS: Members = { retryAfterMs: '', streamSessionStatus: 'if it was looked up' };
const OVER: Members = { streamSessionStatus: '', statusReason: 'if AWS gave one' };

/** By the codes of the player API. */
export const PROBLEM_MEMBERS: Readonly<Record<ProblemCode, Members>> = {
  invalid_request: {},
  start_not_allowed: {},
  not_through_edge: {},
  stream_session_not_found: {},
  session_not_reconnectable: WAIT_AND_STATUS,
  taken_over: {},
  connection_in_progress: WAIT,
  session_limit_reached: { streamSession: '' },
  session_not_terminable: WAIT_AND_STATUS,
  answer_lost: WAIT_AND_STATUS,
  stream_session_ended: OVER,
  idempotency_key_reused: {},
  offer_reused: {},
  too_many_requests: WAIT,
  broker_misconfigured: {},
  paced: {
    retryAfterMs: '',
    queuePosition: 'if the player has a ticket',
    mayBeTooLate: "(true) if the ticket's time is after the session's likely end",
  },
  starts_paused: WAIT,
  stream_group_unavailable: WAIT,
  upstream_unavailable: WAIT,
  upstream_timeout: WAIT,
};

/** By the codes of the operator API. */
export const OPERATOR_PROBLEM_MEMBERS: Readonly<Record<OperatorProblemCode, Members>> = {
  invalid_request: {},
  not_an_operator: {},
  stream_session_not_found: {},
  session_not_accessible: { retryAfterMs: '', streamSessionStatus: 'if it is the reason' },
  session_not_terminable: WAIT_AND_STATUS,
  session_still_live: { streamSessionStatus: '' },
  session_over: OVER,
  too_many_requests: WAIT,
  broker_misconfigured: {},
  paced: WAIT,
  access_not_ready: WAIT,
  audit_unavailable: WAIT,
  upstream_unavailable: WAIT,
  upstream_timeout: WAIT,
};
