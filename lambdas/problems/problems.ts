import type { ProblemCode, ProblemExtras, ProblemRow } from '../../contract/problems.ts';

/**
 * What an answer counts as in the service level indicator. Excluded: a refusal of the caller's own making, a request that is
 * still under way, a failure that was counted before.
 */
export type SliOutcome = 'success' | 'failure' | 'excluded';

/**
 * The one error class of the functions: thrown anywhere below a handler, answered as RFC 9457
 * `application/problem+json` at the edge.
 */
export class Problem<Code extends string = ProblemCode> extends Error {
  override readonly name = 'Problem';
  readonly code: Code;
  readonly extras: ProblemExtras;
  /** What it counts as, where its code alone does not decide that. */
  readonly sliOutcome: SliOutcome | undefined;

  /**
   * @param code one of {@link PROBLEMS}, or of the operator API's own.
   * @param detail a sentence for the person reading the response; never a token, an SDP or an AWS message.
   * @param extras further members, see {@link ProblemExtras}.
   * @param cause the error behind it; logged by name only.
   * @param sliOutcome what it counts as, see {@link Problem.countedAs}.
   */
  constructor(
    code: Code,
    detail: string,
    extras: ProblemExtras = {},
    cause?: unknown,
    sliOutcome?: SliOutcome,
  ) {
    super(detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.extras = extras;
    this.sliOutcome = sliOutcome;
  }

  /** The same problem, with what it counts as. */
  countedAs(sliOutcome: SliOutcome): Problem<Code> {
    return new Problem(this.code, this.message, this.extras, this.cause, sliOutcome);
  }
}

/**
 * The response body of a problem, RFC 9457 members first.
 * @param requestId API Gateway's.
 * @param row the problem's row in the table of the API that answers.
 */
export function problemBody(
  problem: Problem<string>,
  requestId: string,
  { status, retry, title }: ProblemRow,
): Record<string, unknown> {
  return {
    type: `urn:rejoin:problem:${problem.code}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    retry,
    requestId,
    ...problem.extras,
  };
}
