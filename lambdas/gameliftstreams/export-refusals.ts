import type { OperatorProblemCode } from '../../contract/operator-problems.ts';
import { OperatorProblem } from '../problems/operator-problems.ts';
import type { Problem } from '../problems/problems.ts';
import { spread, UPSTREAM_WAIT_MS } from '../problems/waits.ts';
import { lookupProblem } from './admin-shell-refusals.ts';
import type { AwsFailure } from './aws-failure.ts';

/**
 * Why ExportStreamSessionFiles failed for a session that was accessible a moment ago. A refusal of the request itself then means
 * that the session has changed meanwhile.
 */
export function exportProblem(failure: AwsFailure, random: number): Problem<OperatorProblemCode> {
  if (failure.kind === 'denied') {
    return new OperatorProblem(
      'broker_misconfigured',
      'AWS denied the export: the role of the function, the policy of the bucket, or its key.',
      {},
      failure,
    );
  }
  if (failure.kind !== 'conflict' && failure.kind !== 'invalid') return lookupProblem(failure, random);
  return new OperatorProblem(
    'session_not_accessible',
    'AWS exports nothing of this session at the moment; ask again to learn its status.',
    { retryAfterMs: spread(UPSTREAM_WAIT_MS, random) },
    failure,
  );
}
