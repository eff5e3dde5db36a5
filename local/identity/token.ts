import { CLI_CLIENT_ID, PLAYER_GRANT } from './names.ts';

/** The token to mint. Everything but `issuer`, `player` and `claims` is for tokens that must be refused. */
export interface MintOptions {
  /** Base URL of the local identity provider. */
  issuer: string;
  /** 1 to 64 letters, digits or `- _ . @ |`: the token's `sub`. */
  player: string;
  /** Space-separated scopes instead of the play scope. */
  scope?: string;
  /** The `aud` instead of the player API's. */
  audience?: string;
  /** More claims of the token, for start rules; none of the provider's own. */
  claims?: Readonly<Record<string, unknown>>;
  /** Seconds from now, 900 by default; zero or less mints a token that has expired already. */
  expiresIn?: number;
}

/**
 * A player's access token from the local identity provider, with no browser.
 *
 * @throws Error with the provider's own sentence when it refuses, or saying that nothing answers at `issuer`.
 */
export async function mintAccessToken({ expiresIn, claims, ...options }: MintOptions): Promise<string> {
  const wanted = {
    ...(expiresIn === undefined ? {} : { expires_in: String(expiresIn) }),
    ...(claims === undefined ? {} : { claims: JSON.stringify(claims) }),
  };
  return stringAt(await trade({ ...options, ...wanted }), 'access_token');
}

/** A player's ID token, which no route of the player API accepts. */
export async function mintIdToken({
  issuer,
  player,
}: Pick<MintOptions, 'issuer' | 'player'>): Promise<string> {
  return stringAt(await trade({ issuer, player, kind: 'id' }), 'id_token');
}

async function trade({ issuer, ...parameters }: Record<string, string>): Promise<Record<string, unknown>> {
  const body = new URLSearchParams({ grant_type: PLAYER_GRANT, client_id: CLI_CLIENT_ID, ...parameters });
  let response: Response;
  try {
    response = await fetch(new URL('/token', issuer), { method: 'POST', body });
  } catch (cause) {
    throw new Error(`no identity provider answers at ${issuer}: is the local deployment running?`, { cause });
  }
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok)
    throw new Error(`${issuer} refuses the token: ${answer.error_description ?? answer.error}`);
  return answer;
}

function stringAt(answer: Record<string, unknown>, name: string): string {
  const value = answer[name];
  if (typeof value !== 'string') throw new Error(`the identity provider answered without ${name}`);
  return value;
}
