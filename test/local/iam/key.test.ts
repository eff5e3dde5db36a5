import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { App, Stack } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RejoinOperator } from '../../../infra/operator.ts';
import { Rejoin } from '../../../infra/rejoin.ts';
import { createAuthorizer } from '../../../local/iam/authorizer.ts';
import { keyCalls } from '../../../local/iam/key-call.ts';
import { readRules } from '../../../local/iam/policy.ts';
import { guardTable } from '../../../local/iam/table-guard.ts';
import { readDeployment } from '../../../local/template/deployment.ts';
import { temporaryDirectory } from '../../temporary.ts';
import { place, role, tableArn } from './support.ts';

const key = 'arn:aws:kms:us-west-2:123456789012:key/0123456789abcdef';
const viaService = 'dynamodb.us-west-2.amazonaws.com';
const via = { StringEquals: { 'kms:ViaService': viaService } };
const table = tableArn('Sessions');
const grant = { Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], Resource: table };
const toRead = ['kms:Decrypt', 'kms:DescribeKey'];

describe('a condition on kms:ViaService', () => {
  test('is read with its service', async () => {
    const [rule] = await readRules(role('A', [{ Action: 'kms:Decrypt', Resource: key, Condition: via }]));
    expect(rule).toMatchObject({
      action: 'kms:Decrypt',
      resource: key,
      condition: { stringEquals: [{ key: 'kms:viaservice', values: [viaService] }] },
    });
  });

  test.each([
    ['another key beside it', { StringEquals: { 'kms:ViaService': viaService, 'aws:SourceAccount': '1' } }],
    ['another test beside it', { ...via, StringLike: { 'aws:SourceArn': '*' } }],
    ['another test of it', { StringLike: { 'kms:ViaService': '*' } }],
    ['nothing', {}],
  ])('is refused with %s, for that could deny something', async (_, Condition) => {
    const statement = { Action: 'kms:Decrypt', Resource: key, Condition };
    await expect(readRules(role('A', [statement as never]))).rejects.toThrow(
      /Condition is not understood|is none of kms:Decrypt's own/,
    );
  });

  test('is refused at an action that is not of KMS, where it would never hold', async () => {
    await expect(readRules(role('A', [{ ...grant, Condition: via }]))).rejects.toThrow(
      "the condition key kms:viaservice is none of dynamodb:GetItem's own",
    );
  });

  test('allows what the service asks, and not what the principal or another service asks', async () => {
    const authorizer = await createAuthorizer({
      roles: [role('A', [{ Action: 'kms:Decrypt', Resource: key, Condition: via }])],
    });
    const call = { principal: 'A', action: 'kms:Decrypt', resources: [key] };
    expect(authorizer.decide({ ...call, context: { 'kms:ViaService': viaService } }).allowed).toBe(true);
    expect(authorizer.decide(call).allowed).toBe(false);
    const other = { 'kms:ViaService': 's3.us-west-2.amazonaws.com' };
    expect(authorizer.decide({ ...call, context: other }).allowed).toBe(false);
  });
});

describe('a table with a key of its own', () => {
  const roles = {
    Reader: [grant, { Action: toRead, Resource: key, Condition: via }],
    Forgotten: [grant],
    Careless: [grant, { Action: toRead, Resource: key.replace('0123', '9999'), Condition: via }],
    Setup: [{ Action: 'dynamodb:CreateTable', Resource: '*' }],
    Looker: [{ Action: 'dynamodb:DescribeTable', Resource: table }],
  };
  const database = dynalite({ createTableMs: 0 });
  const clients: DynamoDBClient[] = [];
  let server: Server;
  let as: (name: keyof typeof roles) => DynamoDBClient;

  beforeAll(async () => {
    const authorizer = await createAuthorizer({
      roles: Object.entries(roles).map(([name, statements]) => role(name, statements)),
    });
    const lookup = (name: string) => ({ name, secretAccessKey: 'secret' });
    const [serve = () => {}] = database.listeners('request') as RequestListener[];
    const keys = new Map([[table, key]]);
    server = createServer(guardTable({ serve, lookup, authorizer, ...place, keys }));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    as = (name) => {
      const credentials = { accessKeyId: name, secretAccessKey: 'secret' };
      const client = new DynamoDBClient({ endpoint, region: place.region, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    };
    await as('Setup').send(
      new CreateTableCommand({
        TableName: 'Sessions',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  });
  afterAll(() => {
    for (const client of clients) client.destroy();
    server.closeAllConnections();
    server.close();
  });

  const pk = { S: 'alice' };
  const read = new GetItemCommand({ TableName: 'Sessions', Key: { pk } });

  test('is read by a role that may use the key to read, which cannot write', async () => {
    expect((await as('Reader').send(read)).Item).toBeUndefined();
    await expect(
      as('Reader').send(new PutItemCommand({ TableName: 'Sessions', Item: { pk } })),
    ).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        /^KMS key access denied error: .* kms:Encrypt on resource: arn:aws:kms:/,
      ),
    });
  });

  test.each(['Forgotten', 'Careless'] as const)(
    'refuses a role without a grant on that key: %s',
    async (name) => {
      for (const command of [
        read,
        new QueryCommand({
          TableName: 'Sessions',
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
        }),
      ]) {
        await expect(as(name).send(command as typeof read)).rejects.toMatchObject({
          message: expect.stringMatching(/^KMS key access denied error: .* kms:Decrypt on resource: /),
        });
      }
    },
  );

  test('is described without the key, which no item needs', async () => {
    const { Table } = await as('Looker').send(new DescribeTableCommand({ TableName: 'Sessions' }));
    expect(Table?.TableName).toBe('Sessions');
  });
});

test('every role of both APIs may use the key of its tables for each of its operations there, and for nothing more', async () => {
  const app = new App({ outdir: temporaryDirectory(), context: { 'aws:cdk:bundling-stacks': [] } });
  const stack = new Stack(app, 'Arcade');
  const encryptionKey = new Key(stack, 'Key');
  const streamGroups = [{ id: 'sg-A', region: 'us-west-2', applications: ['a-1'] }];
  const identity = { issuer: 'https://login.example.com/', audience: ['web'] };
  const rejoin = new Rejoin(stack, 'Rejoin', { streamGroups, identity, operators: [], encryptionKey });
  new RejoinOperator(stack, 'Operators', rejoin);
  app.synth();
  const { stacks } = readDeployment({ outDir: app.outdir, ...place });
  const [{ roles, tables }] = stacks as [(typeof stacks)[number]];
  const keys = new Map(tables.map(({ arn, encryptionKeyArn }) => [arn, encryptionKeyArn ?? 'none']));
  expect(new Set(keys.values())).toEqual(
    new Set([expect.stringMatching(/^arn:aws:kms:us-west-2:123456789012:key\//)]),
  );
  const authorizer = await createAuthorizer({ roles });
  const onTables = authorizer.grants().filter(({ action }) => action.startsWith('dynamodb:'));
  expect(onTables.length).toBeGreaterThan(15);
  for (const { principal, action, resource } of onTables) {
    for (const call of keyCalls([{ action, resources: [resource] }], keys, place)) {
      expect(authorizer.decide({ principal, ...call }).reason, `${principal}: ${call.action}`).toBe(
        'allowed',
      );
    }
  }
  expect(authorizer.unused().filter(({ action }) => action.startsWith('kms:'))).toEqual([]);
});
