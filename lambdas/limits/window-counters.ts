import type { Table } from '../dynamodb/table.ts';

/** Counts of one thing within fixed windows of time, one item a window. */
export interface WindowCounters {
  /**
   * Counts one if the window has room.
   *
   * @param owner whose count it is: a player id, or a name shared by all.
   * @param windowMs the window's length; windows begin at multiples of it.
   * @returns 0 when counted, else the milliseconds until the next window.
   */
  spend(owner: string, what: string, limit: number, windowMs: number, now: number): Promise<number>;
}

/** How many full windows a sandbox remembers; more are forgotten together, which costs a write each and nothing else. */
const REMEMBERED = 1000;

/** Counters kept in the table; windows that are past expire by themselves. */
export function tableWindowCounters(table: Table): WindowCounters {
  // A window that was full stays full: asking the table again would only heat an item that is hot already.
  const full = new Set<string>();
  return {
    async spend(owner, what, limit, windowMs, now) {
      const window = Math.floor(now / windowMs);
      const wait = (window + 1) * windowMs - now;
      const known = `${owner}#${what}#${limit}#${window}`;
      if (full.has(known)) return wait;
      const counted = await table.update(
        { pk: owner, sk: `COUNT#${what}#${window}` },
        {
          update: 'SET #n = if_not_exists(#n, :zero) + :one, #ttl = :ttl',
          condition: 'attribute_not_exists(#n) OR #n < :limit',
          names: { '#n': 'n', '#ttl': 'ttl' },
          values: {
            ':zero': 0,
            ':one': 1,
            ':limit': limit,
            ':ttl': Math.ceil(((window + 1) * windowMs) / 1000) + 60,
          },
        },
      );
      if (counted) return 0;
      if (full.size >= REMEMBERED) full.clear();
      full.add(known);
      return wait;
    },
  };
}
