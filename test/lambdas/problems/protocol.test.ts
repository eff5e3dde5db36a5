import { expect, it } from 'vitest';
import { OPERATOR_PROBLEMS, type OperatorProblemCode } from '../../../contract/operator-problems.ts';
import { PROBLEMS } from '../../../contract/problems.ts';
import { Problem, problemBody } from '../../../lambdas/problems/problems.ts';

it('a code that both APIs have means the same in both', () => {
  const shared = Object.keys(OPERATOR_PROBLEMS).filter((code) => code in PROBLEMS) as (OperatorProblemCode &
    keyof typeof PROBLEMS)[];
  expect(shared.length).toBeGreaterThan(5);
  for (const code of shared) {
    const { status, retry } = PROBLEMS[code];
    expect(OPERATOR_PROBLEMS[code], code).toMatchObject({ status, retry });
  }
});

it('a problem is RFC 9457: type, title, status and detail, with what to do next beside them', () => {
  expect(problemBody(new Problem('paced', 'Wait.', { retryAfterMs: 1200 }), 'r-1', PROBLEMS.paced)).toEqual({
    type: 'urn:rejoin:problem:paced',
    title: 'Waiting for a turn',
    status: 503,
    detail: 'Wait.',
    code: 'paced',
    retry: 'same',
    requestId: 'r-1',
    retryAfterMs: 1200,
  });
});
