/** An action and the ARNs of its resources: an IAM call without its principal. */
export interface ActionOnResources {
  action: string;
  resources: string[];
  /** The partition keys of all its items; undefined where one of them is unknown. */
  leadingKeys?: string[] | undefined;
}

type Body = Readonly<Record<string, unknown>>;
/** Region and account of tables that are named without an ARN. */
export interface TablePlace {
  region: string;
  accountId: string;
  /** The attribute that is the partition key, by the table's ARN. */
  partitionKeys?: Readonly<Record<string, string>>;
}

const TARGET = /^DynamoDB_20120810\.([A-Za-z]+)$/;

const ONE_TABLE = new Set([
  'CreateTable',
  'DeleteItem',
  'DeleteTable',
  'DescribeTable',
  'DescribeTimeToLive',
  'GetItem',
  'PutItem',
  'UpdateItem',
  'UpdateTable',
  'UpdateTimeToLive',
]);
/** The action that each member of a transaction needs. A transaction has no action of its own. */
const IN_TRANSACTION: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
};

/**
 * The operation's name in a header `X-Amz-Target: DynamoDB_20120810.GetItem`; undefined: it names no operation of
 * DynamoDB.
 */
export const operationOf = (target: string | undefined): string | undefined => TARGET.exec(target ?? '')?.[1];

/**
 * The calls that a principal must be allowed for one DynamoDB request, all of them. Undefined when the request's
 * resources are unknown: it has an operation that is not known here, or names no table. Deny such a request.
 * What a write returns needs no permission of its own, neither by `ReturnValues` nor by `ReturnValuesOnConditionCheckFailure`: the
 * references name none. Rejoin asks for the item of a failed condition only where the role may read the table anyway.
 * Source: service authorization reference of DynamoDB; Developer Guide, "DynamoDB API permissions", and "IAM and
 * transactions".
 */
export function dynamoDbCalls(
  operation: string,
  body: unknown,
  place: TablePlace,
): ActionOnResources[] | undefined {
  if (!isBody(body)) return undefined;
  const action = `dynamodb:${operation}`;
  switch (operation) {
    case 'ListTables':
      return [{ action, resources: ['*'] }];
    case 'Query':
    case 'Scan': {
      const table = tableArn(body.TableName, place);
      if (!table) return undefined;
      if (body.IndexName === undefined) return [{ action, resources: [table] }];
      // The resource of a query of an index is the index, not its table.
      return isName(body.IndexName)
        ? [{ action, resources: [`${table}/index/${body.IndexName}`] }]
        : undefined;
    }
    case 'BatchGetItem':
    case 'BatchWriteItem': {
      const tables = isBody(body.RequestItems) ? Object.keys(body.RequestItems) : [];
      return groupedByAction(
        tables.map((name) => ({ action, table: name })),
        place,
      );
    }
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return groupedByAction(inTransaction(body.TransactItems), place);
    default:
      return ONE_TABLE.has(operation)
        ? groupedByAction([{ action, table: body.TableName, key: body.Key ?? body.Item }], place)
        : undefined;
  }
}

interface ActionOnTable {
  action: string;
  table: unknown;
  /** The key of its item, or the item. */
  key?: unknown;
}

/** The same action on several tables is one call with all of them. */
function groupedByAction(
  actions: readonly ActionOnTable[],
  place: TablePlace,
): ActionOnResources[] | undefined {
  if (actions.length === 0) return undefined;
  const calls = new Map<string, { resources: Set<string>; keys: (string | undefined)[] }>();
  for (const { action, table, key } of actions) {
    const arn = tableArn(table, place);
    if (!arn) return undefined;
    const { resources, keys } = calls.get(action) ?? { resources: new Set(), keys: [] };
    calls.set(action, { resources: resources.add(arn), keys: [...keys, partitionKey(key, arn, place)] });
  }
  return [...calls].map(([action, { resources, keys }]) => {
    const leadingKeys = keys.filter((key) => key !== undefined);
    return {
      action,
      resources: [...resources],
      ...(leadingKeys.length === keys.length ? { leadingKeys } : {}),
    };
  });
}

/** The partition key of an item, if it is a string. */
function partitionKey(key: unknown, arn: string, { partitionKeys }: TablePlace): string | undefined {
  const name = partitionKeys?.[arn];
  const value = isBody(key) && name !== undefined ? key[name] : undefined;
  return isBody(value) && typeof value.S === 'string' ? value.S : undefined;
}

function inTransaction(items: unknown): ActionOnTable[] {
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown) =>
    isBody(item)
      ? Object.entries(item).map(([kind, part]) => ({
          action: `dynamodb:${IN_TRANSACTION[kind] ?? kind}`,
          table: isBody(part) ? part.TableName : undefined,
          key: isBody(part) ? (part.Key ?? part.Item) : undefined,
        }))
      : [{ action: '', table: undefined, key: undefined }],
  );
}

/** A table is named by its name or by its ARN. */
function tableArn(name: unknown, { region, accountId }: TablePlace): string | undefined {
  if (typeof name === 'string' && /^arn:[^:]+:dynamodb:[^:]+:\d{12}:table\/[A-Za-z0-9_.-]+$/.test(name))
    return name;
  return isName(name) ? `arn:aws:dynamodb:${region}:${accountId}:table/${name}` : undefined;
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_.-]+$/.test(value);

const isBody = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
