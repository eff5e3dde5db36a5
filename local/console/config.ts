import type { SignInEndpoints } from './discovery.ts';

/** The page's settings of the deployment; it loads them from `/config.json`. */
export interface ConsoleConfig {
  /** What the page says about where it plays, such as `local console`. */
  deployment: string;
  /** Base URL of the player API. */
  api: string;
  /** Issuer of the OpenID provider. */
  identity: string;
  /** Where that provider signs players in and out. */
  endpoints: SignInEndpoints;
  /** The page's client at that provider. */
  clientId: string;
  /** The scope that the player API requires, as the page has to ask for it. */
  scope: string;
  /** What this provider wants in an authorization request besides, such as `audience`. */
  signInParameters?: Readonly<Record<string, string>> | undefined;
  /** Base URL of the GameLift Streams emulator, whose control API cuts connections; absent: the page plays against AWS. */
  gameLiftStreams?: string | undefined;
  /** The stream group to start sessions in. */
  streamGroupId: string;
  /** The application to start, by id or ARN. */
  application: string;
  /** What the page tells a player in Firefox; absent where Firefox can play. */
  firefoxNote?: string | undefined;
}
