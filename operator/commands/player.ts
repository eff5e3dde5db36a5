import { playerIdOf } from '../../lambdas/identifiers/player-id.ts';
import type { Arguments } from './arguments.ts';
import type { Context } from './context.ts';

/** The player whom the operator named, by the id in AWS or by the subject of the token. @throws Failure without an issuer */
export async function playerOf(
  { player, subject, issuer }: Arguments,
  context: Pick<Context, 'issuer'>,
): Promise<string> {
  if (player !== undefined) return player;
  // The functions derive the player's id in the same way. For `userId: "subject"` see docs/operator.md.
  return playerIdOf(issuer ?? (await context.issuer()), subject ?? '', 'pseudonym');
}
