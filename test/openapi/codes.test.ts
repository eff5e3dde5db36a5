import { describe, expect, it } from 'vitest';
import type { Api } from '../../openapi/api.ts';
import { operatorApi } from '../../openapi/operator.ts';
import { playerApi } from '../../openapi/player.ts';
import { protocolTable } from '../protocol.ts';
import { reachableCodes } from './reachable-codes.ts';

const routes = [playerApi, operatorApi].flatMap((api) =>
  api.routes.map(({ name }) => [name, api.contracts[name]?.problems ?? []] as const),
);

describe('the codes of a route', () => {
  it.each(routes)('%s: every code that its handler can make is listed, and no others', (name, listed) => {
    expect([...listed].toSorted()).toEqual(
      [...reachableCodes(`lambdas/routes/${name}/handler.ts`)].toSorted(),
    );
  });

  it.each<[string, string, Api]>([
    ['player', 'route codes', playerApi],
    ['operator', 'operator route codes', operatorApi],
  ])(
    'of the %s API are in the tables of docs/protocol.md, those of every route once',
    (_whose, marker, api) => {
      const codesOf = (name: string) => {
        const listed = api.contracts[name]?.problems ?? [];
        return Object.keys(api.problems).filter((code) => listed.includes(code));
      };
      const shared = Object.keys(api.problems).filter((code) =>
        api.routes.every(({ name }) => codesOf(name).includes(code)),
      );
      const others = (name: string) => codesOf(name).filter((code) => !shared.includes(code));
      expect(protocolTable(marker)).toEqual([
        ['every route', shared.join(', ')],
        ...api.routes.map(({ name, method, path }) => [
          `${method} ${path}`,
          others(name).join(', ') || 'no others',
        ]),
      ]);
    },
  );
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
