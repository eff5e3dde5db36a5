import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startTableService, type TableService } from '../../../local/table/table.ts';
import type { TableModel } from '../../../local/template/model.ts';

const sessions: TableModel = {
  logicalId: 'Sessions',
  name: 'Test-Sessions',
  arn: 'arn:aws:dynamodb:us-west-2:123456789012:table/Test-Sessions',
  attributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  keySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  ttlAttribute: 'expiresAt',
  billing: { mode: 'PAY_PER_REQUEST' },
  globalSecondaryIndexes: [
    {
      IndexName: 'bySession',
      KeySchema: [{ AttributeName: 'sk', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};
const provisioned: TableModel = {
  logicalId: 'Other',
  name: 'other',
  arn: 'arn',
  attributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  keySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  billing: { mode: 'PROVISIONED', readCapacityUnits: 5, writeCapacityUnits: 6 },
};

let service: TableService;
const clients: DynamoDBClient[] = [];
function clientOf(accessKeyId: string): DynamoDBClient {
  const credentials = { accessKeyId, secretAccessKey: 'x' };
  const client = new DynamoDBClient({
    endpoint: service.url,
    region: 'us-west-2',
    credentials,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}
beforeEach(async () => {
  service = await startTableService({ port: 0, tables: [sessions, provisioned] });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await service.close();
});

test('the table service has the template’s tables, ready at once', async () => {
  const client = clientOf('AKIAROLE');
  const { Table } = await client.send(new DescribeTableCommand({ TableName: 'Test-Sessions' }));
  expect(Table).toMatchObject({
    TableStatus: 'ACTIVE',
    KeySchema: sessions.keySchema,
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    GlobalSecondaryIndexes: [{ IndexName: 'bySession' }],
  });
  const other = await client.send(new DescribeTableCommand({ TableName: 'other' }));
  expect(other.Table?.ProvisionedThroughput).toMatchObject({ ReadCapacityUnits: 5, WriteCapacityUnits: 6 });
});

test('a conditional write is made once, and a query finds it', async () => {
  const client = clientOf('AKIAROLE');
  const lease = new UpdateItemCommand({
    TableName: 'Test-Sessions',
    Key: { pk: { S: 'alice' }, sk: { S: 's1' } },
    UpdateExpression: 'SET lease = :l',
    ConditionExpression: 'attribute_not_exists(lease)',
    ExpressionAttributeValues: { ':l': { S: '1' } },
  });
  const attempts = await Promise.allSettled([client.send(lease), client.send(lease), client.send(lease)]);
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const found = await client.send(
    new QueryCommand({
      TableName: 'Test-Sessions',
      IndexName: 'bySession',
      KeyConditionExpression: 'sk = :s',
      ExpressionAttributeValues: { ':s': { S: 's1' } },
    }),
  );
  expect(found.Items).toEqual([{ pk: { S: 'alice' }, sk: { S: 's1' }, lease: { S: '1' } }]);
});

const read = new GetItemCommand({ TableName: 'Test-Sessions', Key: { pk: { S: 'a' }, sk: { S: 'b' } } });

test('every request to the tables passes the guard, once the tables exist', async () => {
  const guarded = await startTableService({
    port: 0,
    tables: [sessions],
    guard: (serve) => (request, response) => {
      if (request.headers.authorization?.includes('AKIAROLE')) return serve(request, response);
      request.resume();
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazon.coral.service#UnrecognizedClientException' }));
    },
  });
  const { close } = service;
  service = { ...guarded, close: () => Promise.all([close(), guarded.close()]).then(() => {}) };
  await expect(clientOf('AKIASTRANGER').send(read)).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  });
  await expect(clientOf('AKIAROLE').send(read)).resolves.toMatchObject({
    $metadata: { httpStatusCode: 200 },
  });
});

describe('the table service goes on after', () => {
  test('a function is killed in the middle of a request', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const authorization = 'AWS4-HMAC-SHA256 Credential=AKIAROLE/20260101/us-west-2/dynamodb/aws4_request';
    socket.write(
      `POST / HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\ncontent-length: 100\r\n\r\nhalf`,
    );
    const [client] = [clientOf('AKIAROLE')];
    // A whole request on another connection: afterwards the half request has reached the table service too.
    await client.send(read);
    socket.resetAndDestroy();
    await once(socket, 'close');
    await client.send(read);
    await expect(client.send(read)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });
});

test('a port in use is an error that names it', async () => {
  const taken = createServer();
  await new Promise<void>((listening) => taken.listen(0, '127.0.0.1', listening));
  const { port } = taken.address() as AddressInfo;
  await expect(startTableService({ port, tables: [] })).rejects.toThrow(String(port));
  taken.close();
});

test('closing the table service does not wait for idle connections', async () => {
  const own = await startTableService({ port: 0, tables: [] });
  const socket = connect(Number(new URL(own.url).port), '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.resume();
  await own.close();
  await closed;
});
