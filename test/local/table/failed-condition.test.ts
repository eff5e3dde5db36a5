import {
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTableService, type TableService } from '../../../local/table/table.ts';

let returnsItem = true;
let service: TableService;
let client: DynamoDBClient;

beforeAll(async () => {
  service = await startTableService({
    port: 0,
    tables: [
      {
        logicalId: 'Table',
        name: 'sessions',
        arn: 'arn',
        attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        billing: { mode: 'PAY_PER_REQUEST' },
      },
    ],
    returnsItemOnFailedCondition: () => returnsItem,
  });
  client = new DynamoDBClient({
    endpoint: service.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'AKIAROLE', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await service.close();
});

const item = {
  pk: { S: 'alice' },
  list: { L: [{ M: { until: { N: '5' } } }] },
  answer: { B: new Uint8Array([1, 2, 255]) },
};
const never = { TableName: 'sessions', ConditionExpression: 'attribute_exists(nothing)' };
const asks = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
type Asked = Pick<PutItemCommandInput, 'ReturnValuesOnConditionCheckFailure'>;

const writes = {
  PutItem: (asked: Asked) => new PutItemCommand({ ...never, ...asked, Item: { pk: item.pk } }),
  UpdateItem: (asked: Asked) =>
    new UpdateItemCommand({
      ...never,
      ...asked,
      Key: { pk: item.pk },
      UpdateExpression: 'SET a = :a',
      ExpressionAttributeValues: { ':a': { S: 'later' } },
    }),
  DeleteItem: (asked: Asked) => new DeleteItemCommand({ ...never, ...asked, Key: { pk: item.pk } }),
};

/** The error of a write. */
const failure = (command: ReturnType<(typeof writes)[keyof typeof writes]>) =>
  client.send(command as UpdateItemCommand).then(
    () => expect.unreachable('The condition holds for no item.'),
    (error: { name: string; Item?: object }) => error,
  );

beforeEach(async () => {
  returnsItem = true;
  await client.send(new PutItemCommand({ TableName: 'sessions', Item: item }));
});

describe.each(Object.entries(writes))('%s whose condition fails', (_, write) => {
  test('returns the item as it is, if it asks for it', async () => {
    expect(await failure(write(asks))).toMatchObject({ name: 'ConditionalCheckFailedException', Item: item });
  });

  test('returns no item if it does not ask', async () => {
    for (const asked of [{}, { ReturnValuesOnConditionCheckFailure: 'NONE' } as const]) {
      const error = await failure(write(asked));
      expect([error.name, error.Item]).toEqual(['ConditionalCheckFailedException', undefined]);
    }
  });

  test('returns no item where none exists', async () => {
    await client.send(new DeleteItemCommand({ TableName: 'sessions', Key: { pk: item.pk } }));
    const error = await failure(write(asks));
    expect([error.name, error.Item]).toEqual(['ConditionalCheckFailedException', undefined]);
  });

  test('returns no item from a table that is set not to', async () => {
    returnsItem = false;
    const error = await failure(write(asks));
    expect([error.name, error.Item]).toEqual(['ConditionalCheckFailedException', undefined]);
  });

  test('is a mistake if it asks for what DynamoDB does not know', async () => {
    const asked = { ReturnValuesOnConditionCheckFailure: 'ALL_NEW' as 'ALL_OLD' };
    expect((await failure(write(asked))).name).toBe('ValidationException');
  });
});

test('of many writes at once that want to be the first, each loser gets the item of the winner', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, at) =>
      client.send(
        new UpdateItemCommand({
          TableName: 'sessions',
          Key: { pk: { S: 'bob' } },
          UpdateExpression: 'SET lease = :l',
          ConditionExpression: 'attribute_not_exists(lease)',
          ExpressionAttributeValues: { ':l': { N: String(at) } },
          ReturnValues: 'ALL_NEW',
          ...asks,
        }),
      ),
    ),
  );
  const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
  const found = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.Item);
  expect(won).toHaveLength(1);
  expect(found).toEqual(Array.from({ length: 19 }, () => won[0]?.value.Attributes));
});
