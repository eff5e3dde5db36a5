import { fromStored, RATE_LIMIT_ATTRIBUTES } from '../dynamodb/stored-names.ts';
import type { Key, Table } from '../dynamodb/table.ts';
import { Problem } from '../problems/problems.ts';
import { rateLimitWaitMs } from './rate-limit.ts';
import { takeFromRateLimit } from './shared-rate-limit.ts';

/** A lookup of a session that the table does not know, and what it may cost. */
export interface ImportLookup {
  playerId: string;
  /** Whose quota it uses. */
  region: string;
  /** Lookups of one player. */
  perMinute: number;
  /** Lookups of all players together. */
  perSecond: number;
  /** Takes a call of AWS's quota; false where there is none. */
  takeLookup(): Promise<boolean>;
}

/** Why there is no lookup now, and for how long, in milliseconds: the player's own rate limit is reached, or the shared one. */
export interface ImportRefused {
  whose: 'own' | 'shared';
  waitMs: number;
}

/** The lookups for importing sessions: each player has a rate limit of its own, and all together have a share of AWS's quota. */
export interface ImportLimiter {
  /** Undefined where the lookup may be made. A player is charged only for one that the shared limit has room for. */
  take(lookup: ImportLookup, now: number): Promise<ImportRefused | undefined>;
}

const MINUTE_MS = 60_000;
/** A second's worth of lookups may be made at once; half of it is kept for players whose first in a minute it is. */
const BURST_MS = 1000;
const BURST_OF_OTHERS_MS = BURST_MS / 2;

const ownKey = (playerId: string): Key => ({ pk: playerId, sk: 'MISSES' });
const sharedKey = (region: string): Key => ({ pk: `ADOPT#${region}`, sk: 'SHARE' });

export function tableImportLimiter(table: Table): ImportLimiter {
  const ttlAt = (now: number) => Math.ceil((now + 3 * MINUTE_MS) / 1000);
  /** Until when there is surely no place, by Region and kind: a refused request costs its player nothing, and must not heat the shared item. */
  const fullUntil = new Map<string, number>();
  const isFull = (region: string, isFirst: boolean, now: number) =>
    now < (fullUntil.get(`${region} ${isFirst}`) ?? 0);

  /** Whether this is the player's first lookup in a minute: of several at once, one is. */
  async function claimFirst(playerId: string, now: number): Promise<boolean> {
    const claimed = await table.update(ownKey(playerId), {
      update: 'SET #firstAt = :now, #ttl = :ttl',
      condition: 'attribute_not_exists(#firstAt) OR #firstAt <= :before',
      names: { '#firstAt': 'firstAt', '#ttl': 'ttl' },
      values: { ':now': now, ':before': now - MINUTE_MS, ':ttl': ttlAt(now) },
      blind: true,
    });
    return claimed !== null;
  }

  /** A player who was refused is first again the next time. Where that cannot be written, only the privilege is lost. */
  async function giveBack(playerId: string, now: number): Promise<void> {
    try {
      await table.update(ownKey(playerId), {
        update: 'REMOVE #firstAt',
        condition: '#firstAt = :now',
        names: { '#firstAt': 'firstAt' },
        values: { ':now': now },
        blind: true,
      });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  return {
    async take({ playerId, region, perMinute, perSecond, takeLookup }, now) {
      const item = fromStored((await table.get(ownKey(playerId))) ?? {}, RATE_LIMIT_ATTRIBUTES);
      const { nextFreeAt = 0, firstAt = 0 } = item as { nextFreeAt?: number; firstAt?: number };
      const wait = rateLimitWaitMs({ perMinute }, nextFreeAt, now);
      if (wait > 0) return { whose: 'own', waitMs: wait };
      const refused: ImportRefused = { whose: 'shared', waitMs: BURST_MS };
      const mayBeFirst = firstAt <= now - MINUTE_MS;
      if (isFull(region, mayBeFirst, now)) return refused;
      const isFirst = mayBeFirst && (await claimFirst(playerId, now));
      if (isFull(region, isFirst, now)) return refused;

      const intervalMs = 1000 / perSecond;
      const withinMs = isFirst
        ? Math.max(BURST_MS, 2 * intervalMs)
        : Math.max(BURST_OF_OTHERS_MS, intervalMs);
      // Of several who begin together one does, and the others go on from there.
      const place = { at: now, intervalMs, withinMs, isBusy: false };
      const taken = await takeFromRateLimit(table, sharedKey(region), place);
      if (!taken) fullUntil.set(`${region} ${isFirst}`, now + intervalMs);
      if (!taken || !(await takeLookup())) {
        if (isFirst) await giveBack(playerId, now);
        return refused;
      }
      const paid = await takeFromRateLimit(table, ownKey(playerId), {
        at: now,
        intervalMs: MINUTE_MS / perMinute,
        withinMs: MINUTE_MS,
        isBusy: nextFreeAt > now,
        ttl: ttlAt(now),
      });
      // Others of the same player were quicker.
      return paid ? undefined : { whose: 'own', waitMs: Math.ceil(MINUTE_MS / perMinute) };
    },
  };
}
