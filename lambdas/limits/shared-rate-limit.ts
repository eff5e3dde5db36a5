import { RATE_LIMIT_ATTRIBUTES } from '../dynamodb/stored-names.ts';
import type { Key, Table } from '../dynamodb/table.ts';

/** A place in a generic cell rate schedule that one item keeps as the next free time. Milliseconds; `at` since the epoch. */
export interface RateLimitRequest {
  at: number;
  /** Between two places. */
  intervalMs: number;
  /** How much may be called for at once: the place must lie within this from now, its own interval included. */
  withinMs: number;
  /** Whether the schedule is likely to be in use: spares a write, and is never relied on. */
  isBusy: boolean;
  /** When the item may go, epoch seconds; left out, it stays. */
  ttl?: number;
}

/**
 * Takes a place that is free at once, if there is one; the item after it, or null. An update expression has no `max()`, so the
 * schedule goes on where it is in use, or begins anew.
 */
export async function takeFromRateLimit(
  table: Table,
  key: Key,
  { at, intervalMs, withinMs, isBusy, ttl }: RateLimitRequest,
): Promise<Record<string, unknown> | null> {
  const names = {
    '#nextFreeAt': RATE_LIMIT_ATTRIBUTES.nextFreeAt,
    ...(ttl === undefined ? {} : { '#ttl': 'ttl' }),
  };
  const kept = ttl === undefined ? '' : ', #ttl = :ttl';
  const values = { ':now': at, ...(ttl === undefined ? {} : { ':ttl': ttl }) };
  const join = () =>
    table.update(key, {
      update: `SET #nextFreeAt = #nextFreeAt + :interval${kept}`,
      condition: '#nextFreeAt > :now AND #nextFreeAt <= :latest',
      names,
      values: { ...values, ':interval': intervalMs, ':latest': at + withinMs - intervalMs },
    });
  const begin = () =>
    table.update(key, {
      update: `SET #nextFreeAt = :next${kept}`,
      condition: 'attribute_not_exists(#nextFreeAt) OR #nextFreeAt <= :now',
      names,
      values: { ...values, ':next': at + intervalMs },
    });
  const [first, second] = isBusy ? [join, begin] : [begin, join];
  return (await first()) ?? (await second());
}
