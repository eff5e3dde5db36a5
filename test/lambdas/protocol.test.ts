import { expect, it } from 'vitest';
import { PROBLEMS, Problem, problemBody } from '../../lambdas/core/problems.ts';
import { protocolTable } from '../protocol.ts';

it('docs/protocol.md tables exactly the codes, statuses and retries that the functions answer', () => {
  const documented = protocolTable('codes').map(([code, status, retry]) => ({
    code,
    status: Number(status),
    retry,
  }));
  const answered = Object.entries(PROBLEMS).map(([code, { status, retry }]) => ({ code, status, retry }));
  expect(documented).toEqual(answered);
});

it('a problem is RFC 9457: type, title, status and detail, with what to do next beside them', () => {
  expect(problemBody(new Problem('paced', 'Wait.', { retryAfterMs: 1200 }), 'r-1')).toEqual({
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
