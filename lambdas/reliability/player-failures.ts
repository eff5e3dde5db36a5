import { ANSWER_BEFORE_END_MS, within } from '../environment/time-limit.ts';
import { measured } from '../observability/request-metrics.ts';
import { PROBLEMS, Problem } from '../problems/problems.ts';
import { type CountedOfPlayer, MOST_PLAYERS, type PlayerCounts } from './affected-players.ts';
import { verdictOf } from './sli.ts';

/** What counting a player's failures works with. */
export interface CountingDependencies {
  playerCounts: PlayerCounts;
  now(): number;
}

/** A request of a player. `endsBy`: when its function will have been killed, epoch milliseconds. */
interface OfPlayer {
  playerId: string;
  endsBy: number;
}

/**
 * Of how many players something was counted in this hour, {@link MOST_PLAYERS} at most; 0 where it is not counted of this player
 * again so soon.
 */
export async function playersCounted(
  what: CountedOfPlayer,
  { playerId, endsBy }: OfPlayer,
  { playerCounts, now }: CountingDependencies,
): Promise<number> {
  async function told<T>(asking: Promise<T>, otherwise: T): Promise<T> {
    try {
      const told = await within(endsBy - ANSWER_BEFORE_END_MS - now(), asking);
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
export async function countingFailures<T>(
  what: CountedOfPlayer,
  of: OfPlayer,
  deps: CountingDependencies,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (refusal) {
    if (!(refusal instanceof Problem)) throw refusal;
    const verdict = refusal.verdict ?? verdictOf(refusal, PROBLEMS[(refusal as Problem).code].status);
    if (verdict === 'bad') {
      measured.failedPlayers = await playersCounted(what, of, deps);
      refusal.verdict = measured.failedPlayers > 0 ? 'bad' : 'neither';
    }
    throw refusal;
  }
}
