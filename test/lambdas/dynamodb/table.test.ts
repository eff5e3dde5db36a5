import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoTable, type Table } from '../../../lambdas/dynamodb/table.ts';
import { tableAudit } from '../../../lambdas/operators/audit.ts';
import { sessionTable } from '../../../lambdas/sessions/session-table.ts';
import { bufferBody, withBody } from '../../../local/iam/request-body.ts';
import { startTableService, type TableService } from '../../../local/table/table.ts';
import { HANGS_AFTER_MS } from '../../patience.ts';

let service: TableService;
let table: Table;
let requests: { ReturnValuesOnConditionCheckFailure?: string; ConsistentRead?: boolean }[] = [];

beforeAll(async () => {
  service = await startTableService({
    port: 0,
    tables: [
      {
        logicalId: 'Table',
        name: 'sessions',
        arn: 'arn',
        attributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        keySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        billing: { mode: 'PAY_PER_REQUEST' },
      },
    ],
    guard: (serve) => (request, response) =>
      bufferBody(request, 1e6, (body = Buffer.of()) => {
        requests.push(JSON.parse(body.toString()));
        serve(withBody(request, body), response);
      }),
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: service.url,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'AKIATEST',
    AWS_SECRET_ACCESS_KEY: 'secret',
  });
  table = dynamoTable('sessions', HANGS_AFTER_MS);
});
afterAll(() => service.close());

/** What the writes of some work ask the table to return where their condition fails. */
async function askedBy(work: Promise<unknown>) {
  requests = [];
  await work.catch(() => {});
  return requests.map(({ ReturnValuesOnConditionCheckFailure: asked = 'NONE' }) => asked);
}

const newKey = () => ({ pk: randomUUID(), sk: 'A' });
const writing = { update: 'SET #a = :a', names: { '#a': 'a' }, values: { ':a': 1 } };
const once = { ...writing, condition: 'attribute_not_exists(#a)' };

describe('a write whose condition fails', () => {
  it('says which item it failed on', async () => {
    const key = newKey();
    expect(await table.updateOrFind(key, once)).toEqual({ written: true, item: { ...key, a: 1 } });
    expect(await table.updateOrFind(key, once)).toEqual({ written: false, item: { ...key, a: 1 } });
    expect(await table.updateOrFind(key, { ...once, blind: true })).toEqual({
      written: false,
      item: { ...key, a: 1 },
    });
    expect(await table.putOrFind({ ...key, a: 2 })).toEqual({ written: false, item: { ...key, a: 1 } });
    expect(await table.get(key)).toEqual({ ...key, a: 1 });
  });

  it('says nothing of an item that does not exist', async () => {
    const missing = { ...writing, condition: 'attribute_exists(#a)' };
    expect(await table.updateOrFind(newKey(), missing)).toEqual({ written: false, item: undefined });
  });

  it('of an operator’s function asks for no item: its role may not read, and no player’s data comes back', async () => {
    const call = { operator: 'o', accessKeyId: 'a', entry: 'e', sourceIp: '', userAgent: '', requestId: 'r' };
    const use = { action: 'terminate', call, streamGroupId: 'sg-1', streamSessionId: 's', at: 0 } as const;
    const seen = { status: 'TERMINATING', statusAt: 0 } as const;
    const key = { playerId: 'p', streamGroupId: 'sg-1', streamSessionId: 's' };
    expect(await askedBy(tableAudit(table).write({ ...use, outcome: 'requested' }))).toEqual(['NONE']);
    expect(await askedBy(tableAudit(table).write({ ...use, outcome: 'not_an_operator' }))).toEqual(['NONE']);
    expect(await askedBy(sessionTable(table).writeStatus(key, seen))).toEqual(['NONE']);
  });
});

describe('a read', () => {
  it('finds every write that ended before it, unless its caller says that a stale item will do', async () => {
    requests = [];
    const { pk, sk } = newKey();
    await table.get({ pk, sk });
    await table.query(pk, sk);
    await table.get({ pk, sk }, { stale: true });
    expect(requests.map(({ ConsistentRead }) => ConsistentRead ?? false)).toEqual([true, true, false]);
  });
});
