import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { LogStore } from './log-store.ts';

const inputSchema = z.object({
  logGroupName: z.string(),
  filterPattern: z.string().default(''),
  startTime: z.number().default(0),
  endTime: z.number().default(Number.MAX_SAFE_INTEGER),
});

/** Optional terms only: `?"one" ?"two"`. CloudWatch Logs has more patterns, which nothing here uses. */
const TERMS = /^(\?"[^"]*"\s*)*$/;

/** CloudWatch Logs' FilterLogEvents, on one page. @throws AwsError */
export function filterLogEvents(store: LogStore, input: unknown): object {
  const { success, data } = inputSchema.safeParse(input);
  if (!success) throw new AwsError('InvalidParameterException', 'The request lacks logGroupName.');
  const { logGroupName, filterPattern, startTime, endTime } = data;
  const lines = store.linesOf(logGroupName);
  if (lines === undefined) {
    throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  }
  if (!TERMS.test(filterPattern)) {
    throw new AwsError('InvalidParameterException', 'The local deployment knows optional terms only.');
  }
  const terms = [...filterPattern.matchAll(/"([^"]*)"/g)].map(([, term = '']) => term);
  const found = lines.filter(
    ({ at, message }) =>
      at >= startTime &&
      at <= endTime &&
      (terms.length === 0 || terms.some((term) => message.includes(term))),
  );
  return {
    events: found.map(({ at, message }) => ({
      logStreamName: 'local',
      timestamp: at,
      ingestionTime: at,
      message,
    })),
    searchedLogStreams: [],
  };
}
