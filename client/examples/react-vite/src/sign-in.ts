import { ErrorResponse, UserManager } from 'oidc-client-ts';

const { VITE_ISSUER, VITE_CLIENT_ID, VITE_SCOPE } = import.meta.env;

const users = new UserManager({
  authority: VITE_ISSUER,
  client_id: VITE_CLIENT_ID,
  scope: VITE_SCOPE,
  redirect_uri: `${location.origin}/`,
  post_logout_redirect_uri: `${location.origin}/`,
  // accessToken() renews. Two at once would spend one refresh token twice.
  automaticSilentRenew: false,
});

/** On the way back from the provider, trades the code for tokens. @returns whether a player is signed in */
export async function finishSignIn(): Promise<boolean> {
  const comesBack = new URLSearchParams(location.search).has('state');
  if (comesBack) {
    await users.signinCallback();
    history.replaceState(null, '', '/');
  }
  return (await users.getUser()) !== null;
}

export const signIn = (): Promise<void> => users.signinRedirect();
export const signOut = (): Promise<void> => users.signoutRedirect();

let renewing: Promise<string | undefined> | undefined;

/**
 * The token for the next request. It must be the access token: the API takes no ID token.
 * @param fresh the API has just refused the one at hand
 * @returns undefined where the player is signed out
 * @throws where the provider can't be reached: the stream asks again
 */
export async function accessToken({ fresh }: { fresh: boolean }): Promise<string | undefined> {
  const user = await users.getUser();
  if (user === null) return undefined;
  if (!fresh && !user.expired) return user.access_token;
  renewing ??= renew().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

async function renew(): Promise<string | undefined> {
  try {
    return (await users.signinSilent())?.access_token;
  } catch (error) {
    // The provider's own no. Anything else is a network that will come back.
    if (!(error instanceof ErrorResponse)) throw error;
    await users.removeUser();
    return undefined;
  }
}
