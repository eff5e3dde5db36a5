import { PROBLEMS } from '../../contract/problems.ts';
import { ANSWER_BEFORE_END_MS, withTimeLimit } from '../environment/time-limit.ts';
import type { RequestMetrics } from '../observability/request-metrics.ts';
import { Problem } from '../problems/problems.ts';
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
 * The number of players of whom something was counted in this hour, {@link MOST_PLAYERS} at most; 0 where it is not counted of
 * this player again so soon.
 */
export async function countPlayer(
  what: PlayerEvent,
  { playerId, endsBy }: Pick<OfPlayer, 'playerId' | 'endsBy'>,
  { affectedPlayers, now }: PlayerFailureDependencies,
): Promise<number> {
  async function inTime<T>(work: Promise<T>, otherwise: T): Promise<T> {
    try {
      const result = await withTimeLimit(endsBy - ANSWER_BEFORE_END_MS - now(), work);
      return result === 'late' ? otherwise : result;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return otherwise;
    }
  }
  // A player can make its own item too busy to be written, but not the item of all players: where the table fails for that
  // one, it fails for everybody.
  const isDue = await inTime(affectedPlayers.isDue(what, playerId, now()), true);
  return isDue ? inTime(affectedPlayers.addPlayer(what, playerId, now()), MOST_PLAYERS) : 0;
}

/**
 * Does a request of a player, and counts the player where it fails.
 *
 * @throws the work's refusal. A failure counts as one only where the player was counted now.
 */
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
    const problem: Problem = refusal;
    const sliOutcome = problem.sliOutcome ?? sliOutcomeOf(problem, PROBLEMS[problem.code].status);
    if (sliOutcome !== 'failure') throw problem;
    of.metrics.failedPlayers = await countPlayer(what, of, deps);
    throw problem.countedAs(of.metrics.failedPlayers > 0 ? 'failure' : 'excluded');
  }
}
