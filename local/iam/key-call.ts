import type { ActionOnResources, TablePlace } from './dynamodb-call.ts';

/** What DynamoDB asks KMS in the name of whoever calls DynamoDB. */
export interface KeyCall extends ActionOnResources {
  context: { 'kms:ViaService': string };
}

/**
 * What a table's key needs of whoever reads items, and of whoever writes them. AWS lists these actions, without a word on which call
 * needs which (DynamoDB Developer Guide, "Authorizing use of your customer managed key"). So each is demanded here: a role that
 * passes here passes in AWS, whatever AWS asks.
 */
const TO_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const TO_WRITE = [
  ...TO_READ,
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

const READS = new Set(['BatchGetItem', 'ConditionCheckItem', 'GetItem', 'Query', 'Scan']);
const WRITES = new Set(['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem']);

/**
 * The calls of KMS that a principal must be allowed beside its calls of DynamoDB. A call that touches no item needs none.
 * @param keys ARN of the key, by ARN of the table
 */
export function keyCalls(
  calls: readonly ActionOnResources[],
  keys: ReadonlyMap<string, string>,
  { region }: Pick<TablePlace, 'region'>,
): KeyCall[] {
  const context = { 'kms:ViaService': `dynamodb.${region}.amazonaws.com` };
  return calls.flatMap(({ action, resources }) => {
    const operation = action.replace('dynamodb:', '');
    const needed = WRITES.has(operation) ? TO_WRITE : READS.has(operation) ? TO_READ : [];
    const used = new Set(
      resources.flatMap((resource) => keys.get(resource.replace(/\/index\/.*$/, '')) ?? []),
    );
    return [...used].flatMap((key) =>
      needed.map((keyAction) => ({ action: keyAction, resources: [key], context })),
    );
  });
}
