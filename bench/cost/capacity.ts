import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../broker/broker.ts';
import type { Exchange } from '../broker/relay.ts';

/** Request units of an on-demand table. */
export interface Units {
  writes: number;
  reads: number;
}

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;

/** An item's size as DynamoDB counts it. Source: DynamoDB Developer Guide, "DynamoDB item sizes and formats". */
export function itemBytes(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + bytes(name) + valueBytes(value), 0);
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return bytes(value.S);
  // On the wire, bytes are base64.
  if (value.B !== undefined) {
    const given: Uint8Array | string = value.B;
    return Buffer.byteLength(given, 'base64');
  }
  // About a byte for each two significant digits, and one more.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/^-?0*|\D|0+$/g, '').length / 2) + 1;
  // AWS's page names no overhead of a set.
  if (value.SS !== undefined) return value.SS.reduce((sum, each) => sum + bytes(each), 0);
  if (value.L !== undefined) return 3 + value.L.reduce((sum, each) => sum + 1 + valueBytes(each), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  throw new Error(`This bench doesn't know how DynamoDB counts ${Object.keys(value)[0]}.`);
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** The units of a write: the larger size of before and after counts. A write whose condition fails counts too. */
export function writeUnits(before: number, after: number): number {
  return Math.max(1, Math.ceil(Math.max(before, after) / WRITE_UNIT_BYTES));
}

/** The units of a read. Reading an absent item costs as much as a small one. */
export function readUnits(size: number, consistent: boolean): number {
  return Math.max(1, Math.ceil(size / READ_UNIT_BYTES)) * (consistent ? 1 : 0.5);
}

/**
 * Counts the request units of exchanges with the table. Where an answer does not contain the written item, this reads it, so count
 * exchanges soon after they were made.
 */
export function unitCounter(readItem: (tableName: string, key: Item) => Promise<Item | undefined>) {
  const sizes = new Map<string, number>();
  return async (exchanges: readonly Exchange[]): Promise<Units> => {
    const units = { writes: 0, reads: 0 };
    for (const { target, request, response } of exchanges) {
      const operation = target?.split('.').at(-1);
      const input = JSON.parse(request);
      const answer = JSON.parse(response || '{}');
      if (operation === 'GetItem') {
        units.reads += readUnits(itemBytes(answer.Item ?? {}), input.ConsistentRead === true);
      } else if (operation === 'Query') {
        // The items that were read are billed together.
        const found: Item[] = answer.Items ?? [];
        const size = found.reduce((sum, item) => sum + itemBytes(item), 0);
        units.reads += readUnits(size, input.ConsistentRead === true);
      } else if (operation === 'UpdateItem' || operation === 'PutItem') {
        const key = JSON.stringify(input.Key ?? { pk: input.Item.pk, sk: input.Item.sk });
        const written =
          input.Item ?? answer.Attributes ?? answer.Item ?? (await readItem(input.TableName, input.Key));
        const after = itemBytes(written ?? {});
        units.writes += writeUnits(sizes.get(key) ?? 0, after);
        sizes.set(key, after);
      } else {
        throw new Error(`A function used the table's ${operation}, which this bench doesn't count.`);
      }
    }
    return units;
  };
}
