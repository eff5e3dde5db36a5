import { ANSWER_BEFORE_END_MS, withTimeLimit } from '../environment/time-limit.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { PROBLEMS, Problem } from '../problems/problems.ts';
import { type AffectedPlayers, MOST_PLAYERS, type PlayerEvent } from './affected-players.ts';
import { sliOutcomeOf } from './sli.ts';

/** What counting a player's failures works with. */
export interface PlayerFailureDependencies {
  affectedPlayers: AffectedPlayers;
  now(): number;
}

/** A request of a player. `endsBy`: when its function will have been killed, epoch milliseconds. */
interface OfPlayer {
  playerId: string;
  endsBy: number;
  metrics: RequestMetrics;
}

/**
 * Of how many players something was counted in this hour, {@link MOST_PLAYERS} at most; 0 where it is not counted of this player
 * again so soon.
 */
export async function countPlayer(
  what: PlayerEvent,
  { playerId, endsBy }: Pick<OfPlayer, 'playerId' | 'endsBy'>,
  { affectedPlayers: playerCounts, now }: PlayerFailureDependencies,
): Promise<number> {
  async function told<T>(asking: Promise<T>, otherwise: T): Promise<T> {
    try {
      const told = await withTimeLimit(endsBy - ANSWER_BEFORE_END_MS - now(), asking);
      return told === 'late' ? otherwise : told;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return otherwise;
    }
  }
  // A player can make an item of its own too busy to be written, but not everybody's: a table that does not tell
  // of that one fails everybody.
  const isDue = await told(playerCounts.isDue(what, playerId, now()), true);
  return isDue ? told(playerCounts.addPlayer(what, playerId, now()), MOST_PLAYERS) : 0;
}

/** Does a request of a player; a refusal that is a failure learns whether it counts as one. */
export async function countPlayerFailures<T>(
  what: PlayerEvent,
  of: OfPlayer,
  deps: PlayerFailureDependencies,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    const verdict = refusal.sliOutcome ?? sliOutcomeOf(refusal, PROBLEMS[(refusal as Problem).code].status);
    if (verdict === 'bad') {
      of.metrics.failedPlayers = await countPlayer(what, of, deps);
      refusal.sliOutcome = of.metrics.failedPlayers > 0 ? 'bad' : 'neither';
    }
    throw refusal;
  }
}
