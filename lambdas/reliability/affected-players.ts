import { PLAYER_EVENT_ATTRIBUTES, storedName } from '../dynamodb/stored-names.ts';
import type { Key, Table, Update } from '../dynamodb/table.ts';
import { withTimeLimit } from '../environment/time-limit.ts';
import { playerMark } from '../identifiers/digests.ts';
import { Problem } from '../problems/problems.ts';
import { COUNTED_AGAIN_MS } from './sli.ts';

/** What is counted of a player for the alarms, each by itself. */
export type PlayerEvent = 'reconnectFailed' | 'startFailed' | 'unstableConnection';

/** The players that the alarms count. Both throw a Problem where the table does not answer. */
export interface AffectedPlayers {
  /**
   * Whether something is to be counted of a player, and then remembers that it was: once in five minutes, in whatever
   * session, and whatever went well in between.
   */
  isDue(what: PlayerEvent, playerId: string, now: number): Promise<boolean>;
  /** Adds a player to those of whom it was counted in this hour. @returns how many those are, {@link MOST_PLAYERS} at most */
  addPlayer(what: PlayerEvent, playerId: string, now: number): Promise<number>;
}

/** So many players are many; more are not written. */
export const MOST_PLAYERS = 10;

const HOUR_MS = 3_600_000;

/** The player's own item: when each thing was counted last. */
const playerKey = (playerId: string): Key => ({ pk: playerId, sk: 'COUNTED' });
/** An hour's item: the players of whom a thing was counted, by marks that are short and identify no person. */
const hourKey = (what: PlayerEvent, hour: number): Key => ({
  pk: `COUNTED#${storedName(what, PLAYER_EVENT_ATTRIBUTES)}`,
  sk: `HOUR#${hour}`,
});

/** A player waits for the answer while something is counted. */
const PATIENCE_MS = 300;

/** @param patienceMs what each write may take, in milliseconds */
export function tableAffectedPlayers(table: Table, patienceMs = PATIENCE_MS): AffectedPlayers {
  /** The hours that are known to be full: they are not written any more. */
  const full = new Map<PlayerEvent, number>();

  async function write(key: Key, update: Update): ReturnType<Table['update']> {
    const written = await withTimeLimit(patienceMs, table.update(key, update));
    if (written !== 'late') return written;
    throw new Problem('upstream_unavailable', 'The session table did not answer in time.');
  }

  return {
    async isDue(what, playerId, now) {
      const written = await write(playerKey(playerId), {
        update: 'SET #what = :now, #ttl = :ttl',
        // A write that the SDK repeated finds its own time there.
        condition: 'attribute_not_exists(#what) OR #what <= :before OR #what = :now',
        names: { '#what': storedName(what, PLAYER_EVENT_ATTRIBUTES), '#ttl': 'ttl' },
        values: {
          ':now': now,
          ':before': now - COUNTED_AGAIN_MS,
          ':ttl': Math.ceil((now + HOUR_MS) / 1000),
        },
        blind: true,
      });
      return written !== null;
    },
    async addPlayer(what, playerId, now) {
      const hour = Math.floor(now / HOUR_MS);
      if (full.get(what) === hour) return MOST_PLAYERS;
      const item = await write(hourKey(what, hour), {
        update: 'SET #ttl = :ttl ADD #players :player',
        condition: 'attribute_not_exists(#players) OR size(#players) < :most',
        names: { '#players': 'players', '#ttl': 'ttl' },
        values: {
          ':player': new Set([playerMark(playerId)]),
          ':most': MOST_PLAYERS,
          ':ttl': (hour + 2) * (HOUR_MS / 1000),
        },
      });
      const players = item === null ? MOST_PLAYERS : (item.players as Set<string>).size;
      if (players >= MOST_PLAYERS) full.set(what, hour);
      return players;
    },
  };
}
