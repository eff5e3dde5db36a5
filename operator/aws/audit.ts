import { DynamoDBClient, paginateQuery } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { allPages, clientConfig, withClient } from './client.ts';
import type { Signer } from './signed-fetch.ts';

const recordSchema = z.object({
  at: z.iso.datetime(),
  action: z.string(),
  outcome: z.string(),
  operator: z.string(),
  reason: z.string().optional(),
  requestId: z.string(),
  streamGroupId: z.string().optional(),
  streamSessionId: z.string().optional(),
});

/** A record of the audit, as far as a case shows it. */
export type AuditEntry = z.infer<typeof recordSchema>;

/**
 * The records of one session, or of one player, since a time.
 * @param key the partition: `STREAM_GROUP/STREAM_SESSION`, or `PLAYER#ID`
 * @param since epoch milliseconds
 * @throws Failure with AWS's own sentence, or whatever credentials and network fail with
 */
export async function auditEntries(
  signer: Signer,
  table: string,
  { key, since }: { key: string; since: number },
): Promise<AuditEntry[]> {
  const items = await withClient(new DynamoDBClient(clientConfig(signer)), (client) =>
    allPages(
      paginateQuery(
        { client, stopOnSameToken: true },
        {
          TableName: table,
          KeyConditionExpression: 'pk = :key AND sk >= :since',
          ExpressionAttributeValues: { ':key': { S: key }, ':since': { S: new Date(since).toISOString() } },
        },
      ),
      (page) => page.Items,
    ),
  );
  return items.flatMap((item) => recordSchema.safeParse(unmarshall(item)).data ?? []);
}
