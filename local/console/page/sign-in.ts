import type { ConsoleConfig } from '../config.ts';
import {
  challengeOf,
  codeFrom,
  createPendingSignIn,
  type PendingSignIn,
  playerOf,
  subjectOf,
} from './pkce.ts';

const PENDING = 'rejoin.sign-in';
const SIGNED_IN = 'rejoin.signed-in';

/** A token is refreshed this long before its end, so that it does not expire while a request is under way. */
const REFRESH_AHEAD_MS = 30_000;

/** A player's sign-in. */
export interface SignIn {
  player(): string | undefined;
  /** Whether this tab was signed in before it was reloaded. */
  wasSignedIn(): boolean;
  /** Goes to the provider. With `silently` it shows no page: a player without a session there comes back signed out. */
  signIn(how?: { silently?: boolean }): Promise<void>;
  /** On the visit back from the provider: trades the code and cleans the address bar. */
  finish(): Promise<void>;
  /** A token for the next request; undefined when nobody is signed in. @param rejected a token that the API has just refused */
  accessToken(rejected?: string): Promise<string | undefined>;
  /** Ends the sign-in here, and goes to the provider to end it there. */
  signOut(): Promise<void>;
}

/** The sign-in of a page that was given a token: nobody has to type. Once the API refuses it, the player is signed out. */
export function signInWith(token: string): SignIn {
  let given: string | undefined = token;
  return {
    player: () => given && subjectOf(given),
    wasSignedIn: () => false,
    async signIn() {
      throw new Error('The API does not accept the token of this page. Start again with another one.');
    },
    finish: async () => undefined,
    async accessToken(rejected) {
      if (rejected === given) given = undefined;
      return given;
    },
    async signOut() {
      given = undefined;
    },
  };
}

interface Tokens {
  player: string;
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string;
  expiresAtMs: number;
}

/** The provider refused the code or the refresh token. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/**
 * The player's sign-in at the provider: authorization code with PKCE. Tokens are kept in memory alone. A reloaded tab is
 * signed in again by the provider's own session, without typing.
 */
export function createSignIn(config: ConsoleConfig, storage: Storage = sessionStorage): SignIn {
  const { endpoints } = config;
  const landing = `${location.origin}/`;
  let tokens: Tokens | undefined;
  let refreshing: Promise<void> | undefined;

  function pendingSignIn(): PendingSignIn | undefined {
    const text = storage.getItem(PENDING);
    return text === null ? undefined : (JSON.parse(text) as PendingSignIn);
  }

  function keep(next: Tokens | undefined): void {
    tokens = next;
    if (next === undefined) storage.removeItem(SIGNED_IN);
    else storage.setItem(SIGNED_IN, 'true');
  }

  async function trade(parameters: Record<string, string>): Promise<Record<string, unknown>> {
    const body = new URLSearchParams({ client_id: config.clientId, ...parameters });
    const response = await fetch(endpoints.token, { method: 'POST', body });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) return answer;
    throw new RefusedError('The provider refused the sign-in. Press Sign in to try again.');
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
    if (tokens?.refreshToken === undefined) return keep(undefined);
    try {
      const answer = await trade({ grant_type: 'refresh_token', refresh_token: tokens.refreshToken });
      keep(tokensOf(answer, tokens.player));
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      keep(undefined);
    }
  }

  return {
    player: () => tokens?.player,

    wasSignedIn: () => storage.getItem(SIGNED_IN) !== null,

    async signIn({ silently = false } = {}): Promise<void> {
      const pending = createPendingSignIn();
      const address = new URL(endpoints.authorization);
      address.search = new URLSearchParams({
        ...config.signInParameters,
        client_id: config.clientId,
        response_type: 'code',
        redirect_uri: landing,
        scope: `openid ${config.scope}`,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await challengeOf(pending.verifier),
        code_challenge_method: 'S256',
        ...(silently ? { prompt: 'none' } : {}),
      }).toString();
      storage.setItem(PENDING, JSON.stringify(pending));
      location.assign(address);
    },

    async finish(): Promise<void> {
      const pending = pendingSignIn();
      const address = new URL(location.href);
      if (address.search !== '') history.replaceState(null, '', landing);
      storage.removeItem(PENDING);
      // Each return from the provider decides anew whether the player is signed in.
      if (address.searchParams.has('state')) keep(undefined);
      if (address.searchParams.get('error') === 'login_required') return;
      const code = codeFrom(address, pending, {
        issuer: config.identity,
        namesItself: endpoints.namesItself,
      });
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

    async accessToken(rejected) {
      if (tokens === undefined) return undefined;
      if (tokens.accessToken === rejected || tokens.expiresAtMs - REFRESH_AHEAD_MS < Date.now()) {
        refreshing ??= refresh().finally(() => {
          refreshing = undefined;
        });
        await refreshing;
      }
      return tokens?.accessToken;
    },

    async signOut(): Promise<void> {
      const idToken = tokens?.idToken ?? '';
      keep(undefined);
      if (endpoints.endSession === undefined) return;
      const address = new URL(endpoints.endSession);
      address.search = new URLSearchParams({
        id_token_hint: idToken,
        post_logout_redirect_uri: landing,
        // Cognito knows these two instead.
        client_id: config.clientId,
        logout_uri: landing,
      }).toString();
      location.assign(address);
    },
  };
}
