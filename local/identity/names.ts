/** The public client of the console page and of pages of one's own: authorization code with PKCE, no secret. */
export const PAGE_CLIENT_ID = 'rejoin-console';

/** The client of the local token command. It may use the grant below and nothing else. */
export const CLI_CLIENT_ID = 'rejoin-local-cli';

/** A grant type that only the local provider has: it gives a token for a player's name, without a password or a browser. */
export const PLAYER_GRANT = 'urn:rejoin:local:player';

/** The audience and the scope that the player API requires unless its deployer chose others. */
export const DEFAULT_AUDIENCE = 'rejoin';
export const DEFAULT_SCOPE = 'rejoin/play';

/** Why a name can't be a player's, as a sentence; undefined for a good name. */
export function playerNameProblem(name: string): string | undefined {
  if (name === '') return 'Type a player name, for example alice.';
  if (/^[A-Za-z0-9_.@|-]{1,64}$/.test(name)) return undefined;
  return 'A player name has 1 to 64 letters, digits or the characters - _ . @ and |.';
}
