import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTableService, type TableService } from '../../../local/table/table.ts';
import type { TableModel } from '../../../local/template/model.ts';

const tableOf = (name: string, billing: TableModel['billing']): TableModel => ({
  logicalId: name,
  name,
  arn: `arn:aws:dynamodb:us-west-2:123456789012:table/${name}`,
  attributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  keySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  billing,
});
const onDemand = tableOf('on-demand', { mode: 'PAY_PER_REQUEST' });
const provisioned = tableOf('provisioned', {
  mode: 'PROVISIONED',
  readCapacityUnits: 5,
  writeCapacityUnits: 5,
});

let service: TableService;
let client: DynamoDBClient;
const open = async (itemWritesPerSecond?: number) => {
  service = await startTableService({
    port: 0,
    tables: [onDemand, provisioned],
    ...(itemWritesPerSecond === undefined ? {} : { itemWritesPerSecond }),
  });
  client = new DynamoDBClient({
    endpoint: service.url,
    region: 'us-west-2',
    credentials: { accessKeyId: 'AKIAROLE', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
};
// Fakes only the clock: a second passes when a test moves it, however slow the machine is.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(async () => {
  vi.useRealTimers();
  client.destroy();
  await service.close();
});

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });
const update = (pk: string, TableName = 'on-demand', condition?: string) =>
  client.send(
    new UpdateItemCommand({
      TableName,
      Key: key(pk),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
      ConditionExpression: condition,
    }),
  );
const get = (pk: string) => client.send(new GetItemCommand({ TableName: 'on-demand', Key: key(pk) }));

describe('an item that all players write', () => {
  test('is throttled above its writes a second, with DynamoDB’s error, and takes as many in the next second', async () => {
    await open(3);
    for (let n = 0; n < 3; n++) await update('hot');
    await expect(update('hot')).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: expect.stringMatching(/^Throughput exceeds the current capacity of your table or index\./),
      $metadata: { httpStatusCode: 400 },
    });
    vi.advanceTimersByTime(1000);
    for (let n = 0; n < 3; n++) await update('hot');
    await expect(update('hot')).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect((await get('hot')).Item?.n).toEqual({ N: '6' });
  });

  test('is throttled for put, update and delete, which count together', async () => {
    await open(2);
    await client.send(new PutItemCommand({ TableName: 'on-demand', Item: { ...key('hot'), n: { N: '5' } } }));
    // By the table's ARN, which DynamoDB and the limit take for its name; dynalite does not.
    await update('hot', onDemand.arn).catch(() => {});
    const remove = new DeleteItemCommand({ TableName: 'on-demand', Key: key('hot') });
    await expect(client.send(remove)).rejects.toMatchObject({ name: 'ThrottlingException' });
    const put = new PutItemCommand({ TableName: 'on-demand', Item: { n: { N: '6' }, ...key('hot') } });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('is throttled for writes whose condition fails as well', async () => {
    await open(1);
    const refused = update('hot', 'on-demand', 'attribute_exists(pk)');
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await expect(update('hot')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('affects no other item and no read', async () => {
    await open(1);
    await update('hot');
    await expect(update('hot')).rejects.toMatchObject({ name: 'ThrottlingException' });
    await update('cool');
    expect((await get('hot')).Item?.n).toEqual({ N: '1' });
    expect((await get('cool')).Item?.n).toEqual({ N: '1' });
  });

  test('in a table with provisioned capacity is throttled with the error of such a table', async () => {
    await open(1);
    await update('hot', 'provisioned');
    await expect(update('hot', 'provisioned')).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
      message: expect.stringMatching(/^The level of configured provisioned throughput for the table/),
      ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: provisioned.arn }],
    });
  });

  test('takes any number of writes where no limit is set', async () => {
    await open();
    for (let n = 0; n < 50; n++) await update('hot');
    expect((await get('hot')).Item?.n).toEqual({ N: '50' });
  });
});
