import type { ConsoleConfig } from '../config.ts';
import { challengeOf, codeFrom, createPendingSignIn, type PendingSignIn, playerOf } from './pkce.ts';

const PENDING = 'rejoin.sign-in';
const TOKENS = 'rejoin.tokens';

/** Refreshed this long before its end, so that no request leaves with a token that dies on the way. */
const REFRESH_AHEAD_MS = 30_000;

interface Tokens {
  player: string;
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string;
  expiresAtMs: number;
}

interface Endpoints {
  authorization_endpoint: string;
  token_endpoint: string;
  end_session_endpoint: string;
}

/** The player's sign-in is over and can't be renewed; the message is a sentence for the player. */
class SignedOutError extends Error {
  override readonly name = 'SignedOutError';
}

/** The player's sign-in at the provider: authorization code with PKCE, tokens kept for this tab alone. */
export function createSignIn(config: ConsoleConfig, storage: Storage = sessionStorage) {
  const landing = `${location.origin}/`;
  let tokens = read<Tokens>(TOKENS);
  let refreshing: Promise<void> | undefined;

  function read<Value>(key: string): Value | undefined {
    const text = storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as Value);
  }

  function keep(next: Tokens | undefined): void {
    tokens = next;
    if (next === undefined) storage.removeItem(TOKENS);
    else storage.setItem(TOKENS, JSON.stringify(next));
  }

  async function endpoints(): Promise<Endpoints> {
    const response = await fetch(new URL('/.well-known/openid-configuration', config.identity));
    return (await response.json()) as Endpoints;
  }

  async function trade(parameters: Record<string, string>): Promise<Record<string, unknown>> {
    const { token_endpoint } = await endpoints();
    const body = new URLSearchParams({ client_id: config.clientId, ...parameters });
    const response = await fetch(token_endpoint, { method: 'POST', body });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return answer;
    throw new SignedOutError('Your sign-in has ended. Sign in again: a running session waits for you.');
  }

  function tokensOf(answer: Record<string, unknown>, player: string): Tokens {
    return {
      player,
      accessToken: String(answer.access_token),
      refreshToken: typeof answer.refresh_token === 'string' ? answer.refresh_token : undefined,
      idToken: String(answer.id_token),
      expiresAtMs: Date.now() + Number(answer.expires_in) * 1000,
    };
  }

  async function refresh(): Promise<void> {
    if (tokens?.refreshToken === undefined) {
      throw new SignedOutError('Your sign-in has ended. Sign in again: a running session waits for you.');
    }
    try {
      const answer = await trade({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken });
      keep(tokensOf(answer, tokens.player));
    } catch (error) {
      if (error instanceof SignedOutError) keep(undefined);
      throw error;
    }
  }

  return {
    player: () => tokens?.player,

    /** Leaves for the provider. */
    async signIn(): Promise<void> {
      const pending = createPendingSignIn();
      const { authorization_endpoint } = await endpoints();
      const address = new URL(authorization_endpoint);
      address.search = new URLSearchParams({
        client_id: config.clientId,
        response_type: 'code',
        redirect_uri: landing,
        scope: `openid ${config.scope}`,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await challengeOf(pending.verifier),
        code_challenge_method: 'S256',
      }).toString();
      storage.setItem(PENDING, JSON.stringify(pending));
      location.assign(address);
    },

    /** Back from the provider: trades the code and cleans the address bar. Does nothing on any other visit. */
    async finish(): Promise<void> {
      const pending = read<PendingSignIn>(PENDING);
      const address = new URL(location.href);
      if (address.search !== '') history.replaceState(null, '', landing);
      const code = codeFrom(address, pending, config.identity);
      storage.removeItem(PENDING);
      if (code === undefined || pending === undefined) return;
      const answer = await trade({
        grant_type: 'authorization_code',
        code,
        redirect_uri: landing,
        code_verifier: pending.verifier,
      });
      const { identity: issuer, clientId } = config;
      keep(tokensOf(answer, playerOf(String(answer.id_token), { issuer, clientId, nonce: pending.nonce })));
    },

    /** A token that is good for the next request; `rejected` is one that the API has just refused. */
    async accessToken(rejected?: string): Promise<string> {
      if (tokens === undefined) throw new SignedOutError('Sign in first.');
      if (tokens.accessToken === rejected || tokens.expiresAtMs - REFRESH_AHEAD_MS < Date.now()) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
        await refreshing;
      }
      return tokens.accessToken;
    },

    /** Ends the sign-in here and leaves for the provider to end it there. */
    async signOut(): Promise<void> {
      const idToken = tokens?.idToken ?? '';
      const { end_session_endpoint } = await endpoints();
      keep(undefined);
      const address = new URL(end_session_endpoint);
      address.search = new URLSearchParams({
        id_token_hint: idToken,
        post_logout_redirect_uri: landing,
      }).toString();
      location.assign(address);
    },
  };
}
