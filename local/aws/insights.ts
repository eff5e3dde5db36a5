import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { LogEvent, LogStore } from './log-store.ts';

const startSchema = z.object({
  logGroupNames: z.array(z.string()).min(1).max(50),
  // The SDK sends epoch seconds.
  startTime: z.number(),
  endTime: z.number(),
  queryString: z.string().max(10_000),
});
const resultsSchema = z.object({ queryId: z.string() });

/** The one form of query that the operators' command line sends. CloudWatch Logs Insights has a whole language. */
const QUERY = /^fields @timestamp, @log, @message \| filter (.+) \| sort @timestamp asc \| limit (\d{1,5})$/;
const CONDITION = /^(@?\w+) in \[("[^"\\]*"(?:, "[^"\\]*")*)\]$/;
/** Insights finds the id of an invocation in the lines that Lambda itself writes. */
const INVOCATION = /RequestId: ([0-9a-f-]{36})/;
/** Source: CloudWatch Logs quotas. */
const MAX_LIMIT = 10_000;
/** Results are kept for a while, and then forgotten. */
const MAX_QUERIES = 100;

interface Query {
  conditions: { field: string; values: ReadonlySet<string> }[];
  limit: number;
}

/** @throws AwsError `MalformedQueryException` for a query of another form */
function parseQuery(text: string): Query {
  const [, filter = '', limit = ''] = QUERY.exec(text) ?? [];
  const conditions = filter.split(' or ').map((each) => {
    const [, field, values = ''] = CONDITION.exec(each) ?? [];
    if (field === undefined) {
      throw new AwsError('MalformedQueryException', `The local deployment does not know the query ${text}`);
    }
    return { field, values: new Set(values.slice(1, -1).split('", "')) };
  });
  return { conditions, limit: Math.min(Number(limit), MAX_LIMIT) };
}

/** The fields of a line: those of its JSON, and the invocation in a line of Lambda's own. */
function fieldsOf(message: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed === 'object' && parsed !== null) return { ...parsed };
  } catch {
    // A line of text.
  }
  const [, invocation] = INVOCATION.exec(message) ?? [];
  return invocation === undefined ? {} : { '@requestId': invocation };
}

function matches({ conditions }: Query, { message }: LogEvent): boolean {
  const fields = fieldsOf(message);
  return conditions.some(({ field, values }) => {
    const value = fields[field];
    return (typeof value === 'string' || typeof value === 'number') && values.has(String(value));
  });
}

/** As Insights writes it: UTC, without saying so. */
const timeText = (at: number) => new Date(at).toISOString().replace('T', ' ').replace('Z', '');

/** CloudWatch Logs' StartQuery, GetQueryResults and StopQuery. A query is complete at once. */
export interface Insights {
  /** @throws AwsError */
  answer(action: string, input: unknown): object;
}

export function createInsights(store: LogStore, accountId: string): Insights {
  const queries = new Map<string, object>();

  function start(input: unknown): object {
    const { success, data } = startSchema.safeParse(input);
    if (!success)
      throw new AwsError('InvalidParameterException', 'The parameters of StartQuery are not valid.');
    const query = parseQuery(data.queryString);
    const [from, to] = [data.startTime * 1000, data.endTime * 1000];
    const scanned = data.logGroupNames.flatMap((group) => {
      const lines = store.linesOf(group);
      if (lines === undefined) {
        throw new AwsError('ResourceNotFoundException', `Log group ${group} does not exist.`);
      }
      return lines.filter(({ at }) => at >= from && at <= to).map((event) => ({ group, event }));
    });
    const found = scanned
      .filter(({ event }) => matches(query, event))
      .toSorted((a, b) => a.event.at - b.event.at);
    const queryId = randomUUID();
    queries.set(queryId, {
      status: 'Complete',
      results: found.slice(0, query.limit).map(({ group, event }) => [
        { field: '@timestamp', value: timeText(event.at) },
        { field: '@log', value: `${accountId}:${group}` },
        { field: '@message', value: event.message },
        { field: '@ptr', value: randomUUID() },
      ]),
      statistics: {
        recordsMatched: found.length,
        recordsScanned: scanned.length,
        bytesScanned: scanned.reduce((sum, { event }) => sum + Buffer.byteLength(event.message), 0),
      },
    });
    const [oldest] = queries.keys();
    if (queries.size > MAX_QUERIES && oldest !== undefined) queries.delete(oldest);
    return { queryId };
  }

  return {
    answer(action, input) {
      if (action === 'StartQuery') return start(input);
      const { queryId = '' } = resultsSchema.safeParse(input).data ?? {};
      const results = queries.get(queryId);
      if (results === undefined) {
        throw new AwsError('ResourceNotFoundException', 'There is no such query.');
      }
      return action === 'StopQuery' ? { success: false } : results;
    },
  };
}
