import { CloudWatchLogsClient, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { allPages, clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

/**
 * The lines of a log group that have one of these words, oldest first.
 * @param since epoch milliseconds
 * @throws Failure, or whatever credentials and network fail with
 */
export async function logLines(
  signer: Signer,
  logGroupName: string,
  { words, since }: { words: readonly string[]; since: number },
): Promise<string[]> {
  const filterPattern = words.map((word) => `?"${word.replaceAll('"', '')}"`).join(' ');
  const events = await withClient(new CloudWatchLogsClient(clientConfig(signer)), (client) =>
    allPages(
      paginateFilterLogEvents(
        { client, stopOnSameToken: true },
        { logGroupName, filterPattern, startTime: Math.floor(since) },
      ),
      (page) => page.events,
    ),
  );
  return events.flatMap(({ message }) => message ?? []);
}
