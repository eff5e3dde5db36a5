import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import {
  BatchGetItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../../../emulator/sigv4/verify.ts';
import { createAuthorizer } from '../../../local/iam/authorizer.ts';
import { guardTable } from '../../../local/iam/table-guard.ts';
import { place, role, tableArn } from './support.ts';

const credentials = new Map<string, Credential>([
  ['AKIASETUP', { name: 'Setup', secretAccessKey: 'setup-secret' }],
  ['AKIAPLAYER', { name: 'Player', secretAccessKey: 'player-secret' }],
  ['ASIASESSION', { name: 'Player', secretAccessKey: 'session-secret', sessionToken: 'the-token' }],
]);
const authorizer = await createAuthorizer({
  roles: [
    role('Setup', [{ Action: 'dynamodb:CreateTable', Resource: '*' }]),
    role('Player', [
      { Action: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], Resource: tableArn('Sessions') },
      { Action: ['dynamodb:BatchGetItem', 'dynamodb:ListTagsOfResource'], Resource: tableArn('Sessions') },
      { Effect: 'Deny', Action: 'dynamodb:DeleteItem', Resource: '*' },
    ]),
  ],
});

const database = dynalite({ createTableMs: 0 });
let served = 0;
let server: Server;
let endpoint: string;
const clients: DynamoDBClient[] = [];
function client(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const made = new DynamoDBClient({
    endpoint,
    region: place.region,
    credentials: { accessKeyId: 'AKIAPLAYER', secretAccessKey: 'player-secret' },
    maxAttempts: 1,
    ...config,
  });
  clients.push(made);
  return made;
}

beforeAll(async () => {
  const [serve] = database.listeners('request') as RequestListener[];
  const counted: RequestListener = (request, response) => {
    served++;
    serve?.(request, response);
  };
  const lookup = (accessKeyId: string) => credentials.get(accessKeyId);
  server = createServer(guardTable({ serve: counted, lookup, authorizer, ...place }));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const setup = client({ credentials: { accessKeyId: 'AKIASETUP', secretAccessKey: 'setup-secret' } });
  for (const TableName of ['Sessions', 'Secrets']) {
    await setup.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }
});
beforeEach(() => {
  served = 0;
  authorizer.reset();
});
afterAll(() => {
  for (const made of clients) made.destroy();
  server.closeAllConnections();
  server.close();
});

const read = new GetItemCommand({ TableName: 'Sessions', Key: { pk: { S: 'alice' } } });

describe('a granted table request works as without a guard:', () => {
  test('an item goes in and comes back, whatever characters are in it', async () => {
    const Item = { pk: { S: 'alice' }, offer: { S: 'v=0\r\n“ü” 🎮 \u0000' } };
    await client().send(new PutItemCommand({ TableName: 'Sessions', Item }));
    expect((await client().send(read)).Item).toEqual(Item);
    expect(served).toBe(2);
  });

  test('a body of many chunks arrives whole', async () => {
    const offer = { S: 'ü'.repeat(190_000) };
    await client().send(new PutItemCommand({ TableName: 'Sessions', Item: { pk: { S: 'big' }, offer } }));
    const { Item } = await client().send(
      new GetItemCommand({ TableName: 'Sessions', Key: { pk: { S: 'big' } } }),
    );
    expect(Item?.offer).toEqual(offer);
  });

  test('temporary credentials with their session token', async () => {
    const session = {
      accessKeyId: 'ASIASESSION',
      secretAccessKey: 'session-secret',
      sessionToken: 'the-token',
    };
    await client({ credentials: session }).send(read);
    expect(authorizer.decisions()).toMatchObject([
      {
        principal: 'Player',
        action: 'dynamodb:GetItem',
        resources: [tableArn('Sessions')],
        allowed: true,
        count: 1,
      },
    ]);
  });

  test('the database’s own errors come through', async () => {
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    const put = new PutItemCommand({ TableName: 'Sessions', Item: { pk: { S: 'once' } }, ...condition });
    await client().send(put);
    await expect(client().send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  test('many calls at once on few connections', async () => {
    const one = client();
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const pk = { S: `storm-${i}` };
        await one.send(new PutItemCommand({ TableName: 'Sessions', Item: { pk } }));
        return (await one.send(new GetItemCommand({ TableName: 'Sessions', Key: { pk } }))).Item?.pk?.S;
      }),
    );
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `storm-${i}`));
  });
});

describe('a table request without a grant never reaches the table, and fails as in AWS:', () => {
  const deniedBy = (action: string, resource: string) => ({
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::123456789012:assumed-role/Player/local is not authorized to perform: dynamodb:${action} on resource: ${resource} because no identity-based policy allows the dynamodb:${action} action`,
    $metadata: { httpStatusCode: 400, requestId: expect.any(String) },
  });

  test('another action on its own table', async () => {
    const update = new UpdateItemCommand({ TableName: 'Sessions', Key: { pk: { S: 'alice' } } });
    await expect(client().send(update)).rejects.toMatchObject(deniedBy('UpdateItem', tableArn('Sessions')));
    expect(served).toBe(0);
  });

  test('its own action on another table', async () => {
    const other = new GetItemCommand({ TableName: 'Secrets', Key: { pk: { S: 'alice' } } });
    await expect(client().send(other)).rejects.toMatchObject(deniedBy('GetItem', tableArn('Secrets')));
    expect(served).toBe(0);
  });

  test('another table in one batch with its own', async () => {
    const Keys = [{ pk: { S: 'alice' } }];
    const batch = new BatchGetItemCommand({ RequestItems: { Sessions: { Keys }, Secrets: { Keys } } });
    await expect(client().send(batch)).rejects.toMatchObject(deniedBy('BatchGetItem', tableArn('Secrets')));
    expect(served).toBe(0);
  });

  test('an index of the table it may query', async () => {
    const query = new QueryCommand({ TableName: 'Sessions', IndexName: 'byGroup' });
    const index = `${tableArn('Sessions')}/index/byGroup`;
    await expect(client().send(query)).rejects.toMatchObject(deniedBy('Query', index));
  });

  test('an operation whose resources are unknown, even if a policy allows it', async () => {
    const tags = new ListTagsOfResourceCommand({ ResourceArn: tableArn('Sessions') });
    await expect(client().send(tags)).rejects.toMatchObject(deniedBy('ListTagsOfResource', '*'));
    expect(served).toBe(0);
  });
});

describe('a table request with a wrong signature is refused:', () => {
  test.each([
    [
      'an unknown access key',
      { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' },
      'UnrecognizedClientException',
    ],
    ['a wrong secret', { accessKeyId: 'AKIAPLAYER', secretAccessKey: 'guess' }, 'InvalidSignatureException'],
    [
      'no session token',
      { accessKeyId: 'ASIASESSION', secretAccessKey: 'session-secret' },
      'UnrecognizedClientException',
    ],
  ])('%s', async (_what, given, name) => {
    await expect(client({ credentials: given }).send(read)).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 400 },
    });
    expect(served).toBe(0);
    expect(authorizer.decisions()).toEqual([]);
  });

  test('a request signed for another Region', async () => {
    await expect(client({ region: 'eu-west-1' }).send(read)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  test('a body changed on the way: another item than the one that was signed', async () => {
    const tampered = client();
    tampered.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: Uint8Array };
        const signed = new TextDecoder().decode(request.body);
        request.body = new TextEncoder().encode(signed.replace('alice', 'admin'));
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
    );
    await expect(tampered.send(read)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(served).toBe(0);
  });

  test.each(['GET', 'OPTIONS', 'POST'])('a %s without a signature', async (method) => {
    const response = await fetch(endpoint, { method });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
      message: 'Request is missing Authentication Token',
    });
    expect(served).toBe(0);
  });
});

test('a function that is killed in the middle of a request does not end the table guard', async () => {
  const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
  const half = once(server, 'request');
  socket.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf');
  const [request] = (await half) as [IncomingMessage];
  const gone = new Promise<void>((closed) => request.once('close', closed));
  socket.resetAndDestroy();
  await gone;
  await client().send(read);
  expect(served).toBe(1);
});

describe('a transaction', () => {
  const put = (TableName: string) => ({ Put: { TableName, Item: { pk: { S: 'alice' } } } });
  const remove = { Delete: { TableName: 'Sessions', Key: { pk: { S: 'alice' } } } };
  const send = (...TransactItems: object[]) =>
    client().send(new TransactWriteItemsCommand({ TransactItems: TransactItems as [] }));

  test.each([
    ['its last member', [put('Sessions'), remove]],
    ['its first member', [remove, put('Sessions')]],
    ['a table of its last member', [put('Sessions'), put('Secrets')]],
    ['a table of its first member', [put('Secrets'), put('Sessions')]],
  ])('is refused whole, and changes nothing, where a role may not do or reach %s', async (_what, items) => {
    await expect(send(...items)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(served).toBe(0);
  });

  test('reaches the table where the role may do each of its members', async () => {
    // The table service here knows no transactions; the guard lets this one through to it.
    await expect(send(put('Sessions'), put('Sessions'))).rejects.not.toMatchObject({
      name: 'AccessDeniedException',
    });
    expect(served).toBe(1);
  });
});

describe('a table with a key of its own', () => {
  const key = 'arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab';
  const toRead = ['kms:Decrypt', 'kms:DescribeKey'];
  const toWrite = [
    ...toRead,
    ...['kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
    ...['kms:ReEncryptFrom', 'kms:ReEncryptTo'],
  ];
  /** Whether a role with these permissions on the key may write an item, as the guard answers. */
  async function writes(actions: readonly string[]): Promise<string> {
    const own = await createAuthorizer({
      roles: [
        role('Player', [
          { Action: 'dynamodb:PutItem', Resource: tableArn('Sessions') },
          { Action: [...actions], Resource: key },
        ]),
      ],
    });
    const keys = new Map([[tableArn('Sessions'), key]]);
    const guarded = createServer(
      guardTable({
        serve: (_request, response) => {
          response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
        },
        lookup: (accessKeyId) => credentials.get(accessKeyId),
        authorizer: own,
        keys,
        ...place,
      }),
    );
    await new Promise<void>((listening) => guarded.listen(0, '127.0.0.1', listening));
    const at = `http://127.0.0.1:${(guarded.address() as AddressInfo).port}`;
    try {
      await client({ endpoint: at }).send(
        new PutItemCommand({ TableName: 'Sessions', Item: { pk: { S: 'alice' } } }),
      );
      return 'written';
    } catch (error) {
      return (error as Error).message;
    } finally {
      guarded.closeAllConnections();
      guarded.close();
    }
  }

  test('is written by a role that may use the key for all that DynamoDB does with it', async () => {
    expect(await writes(toWrite)).toBe('written');
  });

  test.each(toWrite)(
    'is not written by a role that may not use the key for %s: in AWS no player could play',
    async (missing) => {
      expect(await writes(toWrite.filter((action) => action !== missing))).toMatch(
        new RegExp(`^KMS key access denied error: .+ ${missing} `),
      );
    },
  );
});
