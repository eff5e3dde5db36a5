/** How the routes of an API are brought to answer each code that its document lists, and that they do. */
import { describe, expect, it } from 'vitest';
import type { ProblemTable } from '../../lambdas/problems/problems.ts';
import { atOneMoment } from '../emulator/support.ts';
import type { Answer, Handlers } from './handlers.ts';

/** Too short for a call to AWS, long enough for the tables: AWS has not answered in time. */
export const SHORT_LIFE_MS = 2400;

type Ask = () => Promise<Answer>;

/** How each route comes to answer each of its codes. The type makes one that is forgotten, or too many, a compile error. */
export type Provoke<Contracts extends Record<string, { readonly problems: readonly string[] }>> = {
  [Name in keyof Contracts]: Record<Contracts[Name]['problems'][number], Ask>;
};

/** More requests than any rate here allows in a minute. */
const MANY = 50;

/** Asks until the rate is used up. @returns the first refusal for the rate, else the last answer */
export const untilRefused = (ask: Ask) =>
  atOneMoment(async () => {
    let answer = await ask();
    for (let asked = 1; asked < MANY && answer.status !== 429; asked += 1) answer = await ask();
    return answer;
  });

/**
 * What AWS can do to any of our calls.
 *
 * @param prepare makes all ready, and returns the request that meets the failure
 */
export function failing(handlers: () => Handlers, operation: string, prepare: () => Promise<Ask>) {
  const by = (kind: string) => async () => {
    const ask = await prepare();
    await handlers().fault(operation, kind);
    return ask();
  };
  return {
    broker_misconfigured: by('accessDenied'),
    upstream_unavailable: by('internal'),
    paced: by('throttle'),
  };
}

/** Declares a test for each route and code. */
export function answersEachCode(provoke: Record<string, Record<string, Ask>>, problems: ProblemTable): void {
  describe.each(Object.entries(provoke))('the function behind %s answers', (_route, codes) => {
    it.each(Object.entries(codes))('%s', async (code, ask) => {
      const { status, json } = await ask();
      expect({ status, code: json.code }, json.detail).toEqual({ status: problems[code]?.status, code });
    });
  });
}
