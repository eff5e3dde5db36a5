import { PROBLEMS, type ProblemTable } from './problems.ts';

/** Every error that the operator API answers by itself. A code that the player API has too means the same there. */
export const OPERATOR_PROBLEMS = {
  invalid_request: PROBLEMS.invalid_request,
  not_an_operator: { status: 403, retry: 'never', title: 'The caller is not an operator' },
  stream_session_not_found: PROBLEMS.stream_session_not_found,
  session_not_accessible: { status: 409, retry: 'same', title: 'The stream session is not accessible yet' },
  session_not_terminable: PROBLEMS.session_not_terminable,
  session_still_live: { status: 409, retry: 'never', title: 'The player has a live stream session' },
  session_over: { status: 409, retry: 'never', title: 'The stream session is over' },
  too_many_requests: { ...PROBLEMS.too_many_requests, title: 'Too many requests by operators' },
  broker_misconfigured: PROBLEMS.broker_misconfigured,
  paced: { ...PROBLEMS.paced, title: "The account's AWS quota is used up" },
  access_not_ready: { status: 503, retry: 'same', title: 'AWS is preparing access' },
  audit_unavailable: { status: 503, retry: 'same', title: 'The audit cannot be written' },
  upstream_unavailable: PROBLEMS.upstream_unavailable,
  upstream_timeout: PROBLEMS.upstream_timeout,
} as const satisfies ProblemTable;

/** The closed union of the operator API's error codes. */
export type OperatorProblemCode = keyof typeof OPERATOR_PROBLEMS;
