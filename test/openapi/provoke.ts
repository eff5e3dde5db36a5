/** Makes the routes of an API respond with each code that its document lists. */

import { describe, expect, it } from 'vitest';
import type { ProblemTable } from '../../contract/problems.ts';
import { atOneMoment } from '../emulator/support.ts';
import type { Handlers, TestResponse } from './handlers.ts';

/** Too short for a call to AWS, and long enough for the tables: AWS does not respond in time. */
export const SHORT_LIFE_MS = 2400;

type Send = () => Promise<TestResponse>;

/** How to provoke each code of each route. A missing or an extra code is a compile error. */
export type Provoke<Contracts extends Record<string, { readonly problems: readonly string[] }>> = {
  [Name in keyof Contracts]: Record<Contracts[Name]['problems'][number], Send>;
};

/** More requests than any rate limit here allows in a minute. */
const MANY = 50;

/**
 * Sends requests until the rate limit is used up.
 * @returns the first refusal by the rate limit, else the last response
 */
export const untilRefused = (send: Send) =>
  atOneMoment(async () => {
    let answer = await send();
    for (let count = 1; count < MANY && answer.status !== 429; count += 1) answer = await send();
    return answer;
  });

/**
 * The failures of AWS that any of our calls can meet.
 *
 * @param prepare prepares everything, and returns the request that meets the failure
 */
export function failing(handlers: () => Handlers, operation: string, prepare: () => Promise<Send>) {
  const by = (kind: string) => async () => {
    const send = await prepare();
    await handlers().fault(operation, kind);
    return send();
  };
  return {
    broker_misconfigured: by('accessDenied'),
    upstream_unavailable: by('internal'),
    paced: by('throttle'),
  };
}

/** Declares one test for each route and code. */
export function respondsWithEachCode(
  provoke: Record<string, Record<string, Send>>,
  problems: ProblemTable,
): void {
  describe.each(Object.entries(provoke))('the function of %s responds with', (_route, codes) => {
    it.each(Object.entries(codes))('%s', async (code, send) => {
      const { status, json } = await send();
      expect({ status, code: json.code }, json.detail).toEqual({ status: problems[code]?.status, code });
    });
  });
}
