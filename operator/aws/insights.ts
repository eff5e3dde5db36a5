import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { EXIT, Failure } from '../cli/failure.ts';
import { clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/** A query of CloudWatch Logs Insights, and what it may cost. */
export interface InsightsQuery {
  logGroups: readonly string[];
  query: string;
  /** The time span, in epoch milliseconds. Insights knows whole seconds. */
  from: number;
  to: number;
  /** A query that has scanned more is stopped. Insights has no such limit of its own. */
  maxBytes: number;
  /** How long to wait for the results, in milliseconds. */
  limitMs: number;
}

/** The lines that a query found, and what was scanned for them. */
export interface InsightsResult {
  /** Fields by name, such as `@message`. */
  rows: Record<string, string>[];
  bytes: number;
  records: number;
  /** Why there may be more lines than these. Undefined: these are all. */
  cutShort?: 'bytes' | 'time';
}

/** Source: StartQuery, API reference. */
const MAX_LOG_GROUPS = 50;
const POLL_MS = 500;
const UNDERWAY = ['Scheduled', 'Running', 'Unknown'];

/**
 * Runs a query, and stops it when it has scanned too much or takes too long. What it has found by then counts.
 * @param sleep waits, in milliseconds
 * @throws Failure if the query fails or AWS denies it; or whatever credentials and network fail with
 */
export function runQuery(
  signer: Signer,
  { logGroups, query, from, to, maxBytes, limitMs }: InsightsQuery,
  sleep: (milliseconds: number) => Promise<unknown>,
): Promise<InsightsResult> {
  return withClient(new CloudWatchLogsClient(clientConfig(signer)), async (client) => {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupNames: logGroups.slice(0, MAX_LOG_GROUPS),
        queryString: query,
        startTime: Math.floor(from / 1000),
        endTime: Math.ceil(to / 1000),
      }),
    );
    const look = () => client.send(new GetQueryResultsCommand({ queryId }));
    for (let waited = 0; ; waited += POLL_MS) {
      const found = await look();
      const result = resultOf(found);
      const { status = 'Unknown' } = found;
      if (!UNDERWAY.includes(status)) {
        if (status === 'Complete') return result;
        throw new Failure(`the query ended as ${status}`, EXIT.failed);
      }
      const cutShort = result.bytes > maxBytes ? 'bytes' : waited >= limitMs ? 'time' : undefined;
      if (cutShort !== undefined) {
        // It may be complete by now, and then cannot be stopped.
        await client.send(new StopQueryCommand({ queryId })).catch(() => {});
        return { ...resultOf(await look()), cutShort };
      }
      await sleep(POLL_MS);
    }
  });
}

function resultOf({ results = [], statistics }: GetQueryResultsCommandOutput): InsightsResult {
  return {
    rows: results.map((fields) =>
      Object.fromEntries(
        fields.flatMap(({ field, value }) =>
          field === undefined || value === undefined ? [] : [[field, value]],
        ),
      ),
    ),
    bytes: statistics?.bytesScanned ?? 0,
    records: statistics?.recordsScanned ?? 0,
  };
}
