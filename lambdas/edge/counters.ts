import type { Table } from './table.ts';

/** Counts of one thing within fixed windows of time, one item a window. */
export interface Counters {
  /**
   * Counts one if the window has room.
   *
   * @param owner whose count it is: a player id, or a name shared by all.
   * @param windowMs the window's length; windows begin at multiples of it.
   * @returns 0 when counted, else the milliseconds until the next window.
   */
  spend(owner: string, what: string, limit: number, windowMs: number, now: number): Promise<number>;
}

/** Counters kept in the table; windows that are past expire by themselves. */
export function tableCounters(table: Table): Counters {
  return {
    async spend(owner, what, limit, windowMs, now) {
      const window = Math.floor(now / windowMs);
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
      return counted ? 0 : (window + 1) * windowMs - now;
    },
  };
}
