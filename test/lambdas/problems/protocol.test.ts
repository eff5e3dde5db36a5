import { expect, it } from 'vitest';
import { OPERATOR_PROBLEMS, type OperatorProblemCode } from '../../../lambdas/problems/operator-problems.ts';
import { PROBLEMS, Problem, problemBody } from '../../../lambdas/problems/problems.ts';
import { protocolTable } from '../../protocol.ts';

it.each([
  ['player', 'codes', PROBLEMS],
  ['operator', 'operator codes', OPERATOR_PROBLEMS],
])(
  'docs/protocol.md tables exactly the codes, statuses and retries that the %s API answers',
  (_api, marker, problems) => {
    const documented = protocolTable(marker).map(([code, status, retry]) => ({
      code,
      status: Number(status),
      retry,
    }));
    const answered = Object.entries(problems).map(([code, { status, retry }]) => ({ code, status, retry }));
    expect(documented).toEqual(answered);
  },
);

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
