import { describe, expect, test } from 'vitest';
import { dynamoDbCalls, operationOf } from '../../../local/iam/dynamodb-call.ts';
import { place, tableArn } from './support.ts';

const [a, b] = [tableArn('a'), tableArn('b')];
const calls = (operation: string, body: unknown) => dynamoDbCalls(operation, body, place);

describe('a DynamoDB request needs the permission for what it does:', () => {
  test.each([
    'GetItem',
    'PutItem',
    'UpdateItem',
    'DeleteItem',
    'DescribeTable',
    'CreateTable',
    'Query',
    'Scan',
  ])('%s on its table', (operation) => {
    expect(calls(operation, { TableName: 'a' })).toEqual([
      { action: `dynamodb:${operation}`, resources: [a] },
    ]);
  });

  test('a write that asks for the item of a failed condition, the same as any write', () => {
    const asks = { TableName: 'a', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    expect(calls('UpdateItem', asks)).toEqual([{ action: 'dynamodb:UpdateItem', resources: [a] }]);
  });

  test.each(['Query', 'Scan'])(
    '%s of an index on the index, so a grant on the table is not enough',
    (operation) => {
      expect(calls(operation, { TableName: 'a', IndexName: 'byGroup' })).toEqual([
        { action: `dynamodb:${operation}`, resources: [`${a}/index/byGroup`] },
      ]);
    },
  );

  test('a table that is named by its ARN, in any Region', () => {
    const elsewhere = 'arn:aws:dynamodb:eu-central-1:999999999999:table/a';
    expect(calls('GetItem', { TableName: elsewhere })?.[0]?.resources).toEqual([elsewhere]);
  });

  test('a batch on each of its tables', () => {
    expect(calls('BatchGetItem', { RequestItems: { a: {}, b: {} } })).toEqual([
      { action: 'dynamodb:BatchGetItem', resources: [a, b] },
    ]);
    expect(calls('BatchWriteItem', { RequestItems: { b: [] } })).toEqual([
      { action: 'dynamodb:BatchWriteItem', resources: [b] },
    ]);
  });

  test('a transaction for each of its members', () => {
    const items = [
      { Put: { TableName: 'a' } },
      { Update: { TableName: 'a' } },
      { Put: { TableName: 'b' } },
      { Delete: { TableName: 'b' }, ConditionCheck: { TableName: 'a' } },
    ];
    expect(calls('TransactWriteItems', { TransactItems: items })).toEqual([
      { action: 'dynamodb:PutItem', resources: [a, b] },
      { action: 'dynamodb:UpdateItem', resources: [a] },
      { action: 'dynamodb:DeleteItem', resources: [b] },
      { action: 'dynamodb:ConditionCheckItem', resources: [a] },
    ]);
    expect(calls('TransactGetItems', { TransactItems: [{ Get: { TableName: 'a' } }] })).toEqual([
      { action: 'dynamodb:GetItem', resources: [a] },
    ]);
  });

  test('and names the partition keys of its items, where all are known', () => {
    const known = { ...place, partitionKeys: { [a]: 'pk' } };
    const leadingKeys = (operation: string, body: unknown) =>
      dynamoDbCalls(operation, body, known)?.map((call) => call.leadingKeys);
    const Key = (pk: string) => ({ sk: { S: 'other' }, pk: { S: pk } });
    expect(leadingKeys('UpdateItem', { TableName: 'a', Key: Key('one') })).toEqual([['one']]);
    expect(leadingKeys('PutItem', { TableName: 'a', Item: Key('one') })).toEqual([['one']]);
    expect(leadingKeys('UpdateItem', { TableName: a, Key: Key('one') })).toEqual([['one']]);
    const update = (...pks: string[]) => ({
      TransactItems: pks.map((pk) => ({ Update: { TableName: 'a', Key: Key(pk) } })),
    });
    expect(leadingKeys('TransactWriteItems', update('one', 'two'))).toEqual([['one', 'two']]);
    // One unknown key makes the call unknown.
    const mixed = { TransactItems: [...update('one').TransactItems, { Update: { TableName: 'a' } }] };
    expect(leadingKeys('TransactWriteItems', mixed)).toEqual([undefined]);
    for (const body of [{ Key: { pk: { N: '1' } } }, { Key: { sk: { S: 'x' } } }, { Key: [] }, {}])
      expect(leadingKeys('UpdateItem', { TableName: 'a', ...body })).toEqual([undefined]);
    expect(leadingKeys('UpdateItem', { TableName: 'b', Key: Key('one') })).toEqual([undefined]);
  });

  test('ListTables on no particular table', () => {
    expect(calls('ListTables', {})).toEqual([{ action: 'dynamodb:ListTables', resources: ['*'] }]);
  });
});

describe('a DynamoDB request with unknown resources is not understood, so it is denied:', () => {
  test.each([
    ['an operation that is not known here', 'ExecuteStatement', { Statement: 'SELECT * FROM a' }],
    ['an operation by a tag', 'TagResource', { ResourceArn: a }],
    ['no table', 'GetItem', {}],
    ['a name with a wildcard', 'GetItem', { TableName: '*' }],
    ['a name with a path', 'GetItem', { TableName: 'a/index/b' }],
    ['an index with a path', 'Query', { TableName: 'a', IndexName: 'b/../c' }],
    ['an index that is no string', 'Query', { TableName: 'a', IndexName: ['b'] }],
    ['an ARN of something else', 'GetItem', { TableName: 'arn:aws:s3:::a' }],
    ['a list for a name', 'GetItem', { TableName: ['a'] }],
    ['a body that is no object', 'GetItem', ['a']],
    ['an empty batch', 'BatchGetItem', { RequestItems: {} }],
    ['a batch with one odd table', 'BatchGetItem', { RequestItems: { a: {}, '*': {} } }],
    ['an empty transaction', 'TransactWriteItems', { TransactItems: [] }],
    [
      'a transaction with one odd member',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName: 'a' } }, 7] },
    ],
  ])('%s', (_what, operation, body) => {
    expect(calls(operation, body)).toBeUndefined();
  });

  test.each([
    ['DynamoDB_20120810.GetItem', 'GetItem'],
    ['DynamoDB_20111205.GetItem', undefined],
    ['DynamoDBStreams_20120810.GetRecords', undefined],
    ['DynamoDB_20120810.GetItem, DynamoDB_20120810.PutItem', undefined],
    ['DynamoDB_20120810.GetItem.x', undefined],
    [undefined, undefined],
  ])('the target %s names %s', (target, operation) => {
    expect(operationOf(target)).toBe(operation);
  });
});
