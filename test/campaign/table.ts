/** DynamoDB's tables in memory. It executes the product's own expressions, and fails as a plan says. */
import { type AttributeValue, ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { chanceOf, wholeOf } from './chance.ts';
import { holds, type Item, type Meanings, updated } from './expressions.ts';
import type { Fault } from './plan.ts';
import type { CampaignTime } from './time.ts';

/** A command of the SDK: its class's name and its input. */
export interface Command {
  constructor: { readonly name: string };
  input: Record<string, unknown>;
}

type TableFault = Extract<Fault, { on: 'table' }>['how'];

/** The product's client waits this long for one answer, and tries this often. */
const TIMEOUT_MS = 400;
const ATTEMPTS = 3;
/** An eventually consistent read may be this old. */
const STALE_MS = 100;
const marshallOptions = { removeUndefinedValues: true };

interface Row {
  item: Item;
  /** The same as DynamoDB sends it. */
  sent: Record<string, AttributeValue>;
  before: Record<string, AttributeValue> | undefined;
  writtenAt: number;
}

function failed(name: string): Error {
  return Object.assign(new Error('The campaign\u2019s table fails.'), { name });
}

export interface MemoryTable {
  /**
   * Executes one command of a DynamoDB client, with its repetitions.
   *
   * @param purpose seeds the latencies
   * @param fault the fault of this command
   */
  send(command: Command, purpose: readonly (string | number)[], fault?: TableFault): Promise<unknown>;
  /** Makes every command fail that way until then. */
  outage(how: 'refused' | 'stalled', until: number): void;
  /** Ends all outages. */
  heal(): void;
  /** Whether there was an outage between two times. */
  wasOut(from: number, to: number): boolean;
  /** The items of a table as they are now, and when each was written. */
  items(tableName: string): { item: Item; writtenAt: number }[];
}

/** @param returnsItem whether a failed condition brings the item where the write asks for it */
export function memoryTable(time: CampaignTime, returnsItem = false): MemoryTable {
  const rows = new Map<string, Row>();
  const outages: { how: 'refused' | 'stalled'; from: number; until: number }[] = [];

  function written(key: string, item: Item): Row {
    const row = rows.get(key);
    const sent = marshall(item, marshallOptions);
    const next = { item, sent, before: row?.sent, writtenAt: time.now() };
    rows.set(key, next);
    return next;
  }

  /** Executes a command. */
  function execute(command: Command, purpose: readonly (string | number)[]): unknown {
    const { input } = command;
    const name = command.constructor.name;
    const keyOf = ({ pk, sk }: Item) => `${input.TableName}\0${pk}\0${sk}`;
    const meanings: Meanings = {
      names: (input.ExpressionAttributeNames ?? {}) as Record<string, string>,
      values: unmarshall((input.ExpressionAttributeValues ?? {}) as never),
    };
    const condition = input.ConditionExpression as string | undefined;
    const refuse = (row: Row | undefined) => {
      const brings = returnsItem && input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && row;
      throw new ConditionalCheckFailedException({
        message: 'The conditional request failed',
        $metadata: {},
        ...(brings ? { Item: row.sent } : {}),
      });
    };
    switch (name) {
      case 'GetItemCommand': {
        const row = rows.get(keyOf(unmarshall(input.Key as never)));
        const old = !input.ConsistentRead && row && time.now() - row.writtenAt < STALE_MS;
        return { Item: old && chanceOf(...purpose, 'stale') < 0.5 ? row.before : row?.sent };
      }
      case 'QueryCommand': {
        const found = [...rows]
          .filter(([key]) => key.startsWith(`${input.TableName}\0`))
          .map(([, row]) => row)
          .filter(({ item }) => holds(input.KeyConditionExpression as string, item, meanings))
          .sort((a, b) => (String(a.item.sk) < String(b.item.sk) ? -1 : 1));
        return { Items: found.map(({ sent }) => sent) };
      }
      case 'PutItemCommand': {
        const item = unmarshall(input.Item as never);
        const known = rows.get(keyOf(item));
        if (condition && !holds(condition, known?.item ?? {}, meanings)) refuse(known);
        written(keyOf(item), item);
        return {};
      }
      case 'UpdateItemCommand': {
        const key = unmarshall(input.Key as never);
        const known = rows.get(keyOf(key));
        if (condition && !holds(condition, known?.item ?? {}, meanings)) refuse(known);
        const item = updated(input.UpdateExpression as string, known?.item ?? key, meanings);
        const { sent } = written(keyOf(key), item);
        return input.ReturnValues === 'ALL_NEW' ? { Attributes: sent } : {};
      }
      case 'DeleteItemCommand':
        rows.delete(keyOf(unmarshall(input.Key as never)));
        return {};
      default:
        throw new Error(`The campaign's table knows no ${name}.`);
    }
  }

  async function send(command: Command, purpose: readonly (string | number)[], fault?: TableFault) {
    const travel = () => time.sleep(wholeOf(1, 4, ...purpose, 'travel'));
    const failAll = async (how: 'refused' | 'stalled'): Promise<never> => {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        await time.sleep(how === 'stalled' ? TIMEOUT_MS : wholeOf(2, 50, ...purpose, attempt));
      }
      throw failed(how === 'stalled' ? 'TimeoutError' : 'InternalServerError');
    };
    await travel();
    const out = outages.findLast(({ until }) => time.now() < until);
    if (out) return failAll(out.how);
    switch (fault) {
      case 'refused':
      case 'stalled':
        return failAll(fault);
      case 'slow':
        await time.sleep(wholeOf(100, TIMEOUT_MS - 20, ...purpose, 'slow'));
        break;
      case 'lost':
        // It takes effect, and its answer is lost.
        try {
          execute(command, purpose);
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
        return failAll('stalled');
      case 'late':
        time.after(wholeOf(100, 3000, ...purpose, 'late'), () => {
          try {
            execute(command, purpose);
          } catch (error) {
            if (!(error instanceof ConditionalCheckFailedException)) throw error;
          }
        });
        return failAll('stalled');
      case 'repeated':
        // The first attempt's answer is lost. The second attempt meets the first one's effect.
        try {
          execute(command, purpose);
        } catch (error) {
          if (!(error instanceof ConditionalCheckFailedException)) throw error;
        }
        await time.sleep(TIMEOUT_MS);
        break;
    }
    const result = execute(command, purpose);
    await travel();
    return result;
  }

  return {
    send,
    outage: (how, until) => outages.push({ how, from: time.now(), until }),
    heal() {
      for (const out of outages) out.until = Math.min(out.until, time.now());
    },
    wasOut: (from, to) => outages.some((one) => one.from <= to && one.until >= from),
    items: (tableName) =>
      [...rows]
        .filter(([key]) => key.startsWith(`${tableName}\0`))
        .map(([, { item, writtenAt }]) => ({ item, writtenAt })),
  };
}
