/** The page's settings of the deployment; it loads them from `/config.json`. */
export interface ConsoleConfig {
  /** Base URL of the player API. */
  api: string;
  /** Issuer of the OpenID provider. */
  identity: string;
  /** The page's client at that provider. */
  clientId: string;
  /** The scope that the player API requires. */
  scope: string;
  /** The audience of its access tokens. */
  audience: string;
  /** Base URL of the GameLift Streams emulator, whose control API cuts connections. */
  gameLiftStreams: string;
  /** The stream group to start sessions in. */
  streamGroupId: string;
  /** The application to start, by id or ARN. */
  application: string;
  /** What the page tells a player in Firefox; absent where Firefox can play. */
  firefoxNote?: string | undefined;
}
