import { describe, expect, it } from 'vitest';
import { operatorApi } from '../../contract/openapi/operator.ts';
import { playerApi } from '../../contract/openapi/player.ts';
import { reachableCodes } from './reachable-codes.ts';

const routes = [playerApi, operatorApi].flatMap((api) =>
  Object.entries(api.contracts).map(([name, { problems }]) => [name, problems] as const),
);

describe('the codes of a route', () => {
  it.each(routes)('%s: every code that its handler can make is listed, and no others', (name, listed) => {
    expect([...listed].toSorted()).toEqual(
      [...reachableCodes(`lambdas/routes/${name}/handler.ts`)].toSorted(),
    );
  });
});

describe('reading the codes from a bundle', () => {
  const created = 'throw new Problem("paced","Wait.")';

  it('finds every code, in any order and layout', () => {
    expect([
      ...reachableCodes('x', `${created};return new OperatorProblem(\n  "session_over", "Over.")`),
    ]).toEqual(['paced', 'session_over']);
  });

  it.each([
    ['a code that is computed', 'throw new Problem(late?"paced":"taken_over","Wait.")'],
    ['a code that comes from elsewhere', 'return new OperatorProblem(code,"Wait.")'],
    ['the class by another name', 'var Refusal = Problem;throw new Refusal("paced","Wait.")'],
    ['a subclass', 'var Late = class extends Problem {}'],
    ['the class passed to a function', 'refuseWith(Problem,"paced")'],
    ['a second class of that name', 'throw new Problem2("paced","Wait.")'],
  ])('does not overlook %s', (_what, code) => {
    expect(() => reachableCodes('lambdas/x/handler.ts', `${created};${code}`)).toThrow(
      /^lambdas\/x\/handler\.ts: /,
    );
  });
});
