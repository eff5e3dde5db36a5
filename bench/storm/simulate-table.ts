import type { Table, Update } from '../../lambdas/dynamodb/table.ts';
import { Problem } from '../../lambdas/problems/problems.ts';
import { tokenBucket, type VirtualTime } from './simulate-time.ts';

type Item = Record<string, unknown>;
type Values = (name: string) => unknown;

export interface SimulatedTableOptions {
  time: VirtualTime;
  random: () => number;
  /** How long one operation takes, milliseconds. */
  latencyMs: number;
  /** How old a read may be that need not be consistent. */
  staleMs: number;
  /** Writes a second that one item takes. */
  writesPerSecond: number;
}

/** As often as the SDK tries, and the ceiling of its first wait. */
const ATTEMPTS = 3;
const FIRST_WAIT_MS = 50;

/**
 * The table in virtual time, as far as the pacer uses it: it executes the very update expressions that DynamoDB would, and
 * throttles an item that is written too often.
 */
export function simulatedTable(options: SimulatedTableOptions) {
  const { time, random, latencyMs, staleMs, writesPerSecond } = options;
  const items = new Map<
    string,
    { item: Item; before: Item | undefined; at: number; writable: () => boolean }
  >();
  const counts = { reads: 0, writes: 0, throttled: 0 };
  const at = ({ pk }: { pk: string }) => {
    const found = items.get(pk);
    if (found) return found;
    const made = {
      item: {},
      before: undefined,
      at: Number.NEGATIVE_INFINITY,
      writable: tokenBucket(writesPerSecond, time.now),
    };
    items.set(pk, made);
    return made;
  };
  const table: Pick<Table, 'get' | 'update'> = {
    async get(key) {
      counts.reads++;
      await time.sleep(latencyMs);
      const { item, before, at: writtenAt } = at(key);
      // The item as it was before the writes of the last moments.
      return time.now() - writtenAt < staleMs ? before : item;
    },
    async update(key, update) {
      const entry = at(key);
      for (let attempt = 1; ; attempt++) {
        await time.sleep(latencyMs);
        if (entry.writable()) break;
        counts.throttled++;
        if (attempt === ATTEMPTS) throw new Problem('upstream_unavailable', 'The item is too hot.');
        await time.sleep(random() * FIRST_WAIT_MS * 2 ** attempt);
      }
      counts.writes++;
      const written = execute(entry.item, update);
      if (!written) return null;
      if (time.now() - entry.at >= staleMs) {
        entry.before = entry.item;
        entry.at = time.now();
      }
      entry.item = written;
      return written;
    },
  };
  return { table: table as Table, counts };
}

/** The item after an update, or null where its condition fails. */
export function execute(item: Item, { update, condition, names = {}, values = {} }: Update): Item | null {
  const value: Values = (word) => (word.startsWith('#') ? item[names[word] ?? ''] : values[word]);
  if (condition !== undefined && !condition.split(' OR ').some((all) => allHold(all, value))) return null;
  const after = { ...item };
  for (const assignment of update.replace(/^SET /, '').split(/, (?=#)/)) {
    const [name = '', expression = ''] = assignment.split(' = ');
    after[names[name] ?? ''] = expression
      .split(' + ')
      .map((term) => termOf(term, value))
      .reduce((sum, term) => (sum as number) + (term as number));
  }
  return after;
}

function termOf(term: string, value: Values): unknown {
  const [, name, otherwise] = /^if_not_exists\((#\w+), (:\w+)\)$/.exec(term) ?? [];
  return name && otherwise ? (value(name) ?? value(otherwise)) : value(term);
}

function allHold(conditions: string, value: Values): boolean {
  return conditions.split(' AND ').every((condition) => {
    const [, absent] = /^attribute_not_exists\((#\w+)\)$/.exec(condition) ?? [];
    if (absent) return value(absent) === undefined;
    const [left = '', operator, right = ''] = condition.split(' ');
    const [a, b] = [value(left) as number | undefined, value(right) as number];
    // DynamoDB's comparisons fail on an attribute that is not there.
    if (a === undefined) return false;
    if (operator === '<=') return a <= b;
    if (operator === '>') return a > b;
    if (operator === '=') return a === b;
    throw new Error(`The simulated table knows no "${condition}"`);
  });
}
