import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Connections } from '../initialization/connections.ts';
import { countDeniedTable } from '../observability/metrics.ts';
import { sdkLogger } from '../observability/sdk-logger.ts';
import { Problem } from '../problems/problems.ts';
import { UPSTREAM_WAIT_MS } from '../problems/waits.ts';

/** An item's key: whose it is, and what it is. */
export interface Key {
  pk: string;
  sk: string;
}

/** A condition in DynamoDB's expression language. `names` maps `#x`, `values` maps `:x`. */
export interface Condition {
  condition?: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
}

/** An update in DynamoDB's expression language. */
export interface Update extends Condition {
  update: string;
  /** The item is not used afterwards: DynamoDB need not send it, nor this read it. */
  blind?: true;
}

type Item = Record<string, unknown>;

/** What came of a conditional write. */
export interface WriteOutcome<Stored = Item> {
  written: boolean;
  /**
   * After the write, empty for a blind one. Where the condition failed, as it was then. Undefined there means that no item exists,
   * or that the table does not return it: only a read tells.
   */
  item: Stored | undefined;
}

/** The few table operations the broker is made of. */
export interface Table {
  /** A read, strongly consistent unless said otherwise: a stale one costs half. */
  get(key: Key, options?: { stale: boolean }): Promise<Item | undefined>;
  /** All items of a partition whose sort key begins with a prefix, strongly consistent. */
  query(pk: string, prefix: string): Promise<Item[]>;
  /** Writes an item unless one is there; false if one was. @param or writes over one where this holds */
  putNew(item: Item & Key, or?: Condition): Promise<boolean>;
  /** Writes an item unless one is there, and says which one is there now. */
  putOrFind(item: Item & Key): Promise<WriteOutcome>;
  /** One conditional update; the item after it, empty for a blind one, or null where the condition failed. */
  update(key: Key, update: Update): Promise<Item | null>;
  /** One conditional update, which says on which item its condition failed. Its role must be one that may read. */
  updateOrFind(key: Key, update: Update): Promise<WriteOutcome>;
  /** Deletes an item. It is a success too if there is none. */
  remove(key: Key): Promise<void>;
}

/**
 * How long one table request may take. DynamoDB answers in single-digit milliseconds or is in trouble. A table that shares its
 * machine with everything else, as in the local deployment, may be late without being in trouble: `TABLE_TIMEOUT_MS` gives it longer.
 */
const REQUEST_TIMEOUT_MS = 400;
const timeoutHere = () => Number(process.env.TABLE_TIMEOUT_MS ?? REQUEST_TIMEOUT_MS);

const marshallOptions = { removeUndefinedValues: true };
/** A write whose condition fails returns the item then, for no read units. */
const FINDS = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

/**
 * The table over DynamoDB. A failure other than a failed condition becomes `upstream_unavailable`: the request
 * had no effect at AWS, or its effect is under a lease, so repeating it is right either way.
 *
 * @param timeoutMs what connecting, and an answer, may each take in milliseconds.
 * @param connections absent: the SDK's own.
 */
export function dynamoTable(
  tableName: string,
  timeoutMs: number = timeoutHere(),
  connections?: Pick<Connections, 'agents'>,
): Table {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    logger: sdkLogger,
    cacheMiddleware: true,
    endpointDiscoveryEnabled: false,
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      ...connections?.agents(),
    },
  });
  const unlessBroken = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) throw error;
      // A role or a table that is not as deployed: the player may wait, but a wait does not repair it.
      const { name } = error as { name?: string };
      if (name === 'AccessDeniedException' || name === 'ResourceNotFoundException') countDeniedTable();
      throw new Problem(
        'upstream_unavailable',
        'The session table did not answer; repeat exactly this request.',
        { retryAfterMs: UPSTREAM_WAIT_MS },
        error,
      );
    }
  };
  const write = async (work: () => Promise<UpdateItemCommandOutput>): Promise<WriteOutcome> => {
    try {
      const { Attributes } = await unlessBroken(work);
      return { written: true, item: unmarshall(Attributes ?? {}) };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return { written: false, item: error.Item && unmarshall(error.Item) };
    }
  };
  const put = (item: Item, or: Partial<PutItemCommandInput> = {}) => {
    const command = new PutItemCommand({
      TableName: tableName,
      Item: marshall(item, marshallOptions),
      ConditionExpression: 'attribute_not_exists(pk)',
      ...or,
    });
    return write(() => client.send(command));
  };
  const change = (
    key: Key,
    { update, condition, names, values, blind }: Update,
    finds: Partial<typeof FINDS> = {},
  ) => {
    const command = new UpdateItemCommand({
      TableName: tableName,
      Key: marshall(key),
      UpdateExpression: update,
      ConditionExpression: condition,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: values && marshall(values, marshallOptions),
      ReturnValues: blind ? 'NONE' : 'ALL_NEW',
      ...finds,
    });
    return write(() => client.send(command));
  };
  return {
    async get(key, options) {
      const read = new GetItemCommand({
        TableName: tableName,
        Key: marshall(key),
        ConsistentRead: !options?.stale,
      });
      const answer = await unlessBroken(() => client.send(read));
      return answer.Item && unmarshall(answer.Item);
    },
    async query(pk, prefix) {
      const items: Item[] = [];
      let from: QueryCommand['input']['ExclusiveStartKey'];
      do {
        const page = await unlessBroken(() =>
          client.send(
            new QueryCommand({
              TableName: tableName,
              KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
              ExpressionAttributeValues: marshall({ ':pk': pk, ':prefix': prefix }),
              ConsistentRead: true,
              ExclusiveStartKey: from,
            }),
          ),
        );
        items.push(...(page.Items ?? []).map((item) => unmarshall(item)));
        from = page.LastEvaluatedKey;
      } while (from);
      return items;
    },
    async putNew(item, or) {
      const { written } = await put(
        item,
        or && {
          ConditionExpression: `attribute_not_exists(pk) OR (${or.condition})`,
          ExpressionAttributeNames: or.names,
          ExpressionAttributeValues: marshall(or.values, marshallOptions),
        },
      );
      return written;
    },
    putOrFind: (item) => put(item, FINDS),
    async update(key, update) {
      const { written, item } = await change(key, update);
      return written ? (item ?? {}) : null;
    },
    updateOrFind: (key, update) => change(key, update, FINDS),
    async remove(key) {
      await unlessBroken(() =>
        client.send(new DeleteItemCommand({ TableName: tableName, Key: marshall(key) })),
      );
    },
  };
}
