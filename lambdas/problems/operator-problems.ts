import type { OperatorProblemCode } from '../../contract/operator-problems.ts';
import { Problem } from './problems.ts';

/** An error of the operator API; see {@link Problem}. */
export const OperatorProblem = Problem<OperatorProblemCode>;
