import { setTimeout as sleep } from 'node:timers/promises';
import { printProgress, seconds } from '../cli/print.ts';
import type { Arguments } from './arguments.ts';
import { withRetries } from './retry.ts';

/** Repeats a request if the API says that this helps, until `--wait` is over. @throws Failure the last one */
export const repeat = <T>({ wait }: Arguments, send: () => Promise<T>): Promise<T> =>
  withRetries(send, {
    limitMs: wait * 1000,
    now: () => performance.now(),
    sleep: async (milliseconds) => {
      await sleep(milliseconds);
    },
    onWait: ({ message }, milliseconds) =>
      printProgress(`${message} Trying again in ${seconds(milliseconds)}.`),
  });
