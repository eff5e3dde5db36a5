import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { createRateLimit } from '../../emulator/api/rate-limit.ts';
import { operationOf } from '../iam/dynamodb-call.ts';
import { bufferBody, withBody } from '../iam/request-body.ts';
import type { TableModel } from '../template/model.ts';

export interface ItemWriteLimitOptions {
  /** Serves a request under the limit. It reads the body from the stream as it would from the network. */
  serve: RequestListener;
  /** The tables whose items are limited. A request for another table goes through. */
  tables: readonly TableModel[];
  /** How many writes a second one item takes, above 0; as many may come at once. */
  writesPerSecond: number;
  /** Epoch milliseconds. */
  now?: () => number;
}

/** DynamoDB's limit of a request. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The member of each write operation that holds the item's key. */
const KEY_MEMBER: Readonly<Record<string, string>> = {
  PutItem: 'Item',
  UpdateItem: 'Key',
  DeleteItem: 'Key',
};

/** DynamoDB's own words, which depend on how the table is billed. */
const THROTTLES = {
  PAY_PER_REQUEST: {
    type: 'com.amazon.coral.availability#ThrottlingException',
    message:
      'Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html',
  },
  PROVISIONED: {
    type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
    message:
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  },
} as const;

/**
 * Stands in front of a table service and throttles the writes of an item that is written too often. Each write counts
 * once, whether its condition holds or not, as DynamoDB counts items of up to 1 KB. In DynamoDB the limit is one of
 * the partition, 1,000 a second; a hot item gets a partition of its own.
 * Source: DynamoDB Developer Guide, "Designing partition keys".
 */
export function limitItemWrites(options: ItemWriteLimitOptions): RequestListener {
  const { serve, tables, writesPerSecond, now } = options;
  const limit = createRateLimit(() => writesPerSecond, now);
  return (request, response) => {
    const member = KEY_MEMBER[operationOf(request.headers['x-amz-target']?.toString()) ?? ''];
    if (member === undefined) {
      serve(request, response);
      return;
    }
    bufferBody(request, MAX_BODY_BYTES, (body) => {
      if (!body) {
        response.writeHead(413).end();
        return;
      }
      const written = writtenItem(body, member, tables);
      if (written && !limit.take(written.item)) throttle(response, written.table);
      else serve(withBody(request, body), response);
    });
  };
}

/** The item that a write names; undefined: it names none, and the table service refuses it. */
function writtenItem(
  body: Buffer,
  member: string,
  tables: readonly TableModel[],
): { table: TableModel; item: string } | undefined {
  let parsed: { TableName?: unknown } & Record<string, unknown>;
  try {
    parsed = JSON.parse(body.toString()) ?? {};
  } catch {
    return undefined;
  }
  const table = tables.find(({ name, arn }) => parsed.TableName === name || parsed.TableName === arn);
  const values = parsed[member] as Record<string, unknown> | null | undefined;
  if (!table || typeof values !== 'object' || values === null) return undefined;
  const key = table.keySchema.map(({ AttributeName }) => values[AttributeName]);
  return { table, item: JSON.stringify([table.name, key]) };
}

function throttle(response: ServerResponse, { arn, billing }: TableModel): void {
  const { type, message } = THROTTLES[billing.mode];
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() });
  response.end(
    JSON.stringify({
      __type: type,
      message,
      ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: arn }],
    }),
  );
}
