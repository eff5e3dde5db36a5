// The types of `rejoin-client/web-sdk` against what is known of the SDK. It must compile.
import type {
  WebSdk,
  WebSdkArguments,
  WebSdkClass,
  WebSdkClientConnection,
  WebSdkObject,
  WebSdkStreamConfiguration,
} from '../../../client/src/web-sdk.ts';
import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type {
  GameLiftStreamsArgs,
  OfficialClientConnection,
  OfficialGameLiftStreams,
} from './official-sdk.ts';

/** Only true where both have the same names. */
type Same<A, B> = [keyof A, keyof B] extends [keyof B, keyof A]
  ? true
  : { only: Exclude<keyof A | keyof B, keyof A & keyof B> };

export const members: Same<WebSdkObject, OfficialGameLiftStreams> = true;
export const parts: Same<WebSdkArguments, GameLiftStreamsArgs> = true;
export const callbacks: Same<WebSdkClientConnection, OfficialClientConnection> = true;
export const configuration: Same<
  WebSdkStreamConfiguration,
  NonNullable<GameLiftStreamsArgs['streamConfiguration']>
> = true;

/** What the stand-in of this repository takes and makes, which behaves as the SDK was observed to. */
export const standIn: WebSdkClass = GameLiftStreams;
/** And the SDK's documented class. */
export const object = (made: OfficialGameLiftStreams): WebSdkObject => made;

// The global of the script, as a value, as a type and as a member of the window.
export const sdk: WebSdk = gameliftstreams;
export const viaWindow: WebSdk = window.gameliftstreams;
export const made: gameliftstreams.GameLiftStreams = new gameliftstreams.GameLiftStreams({
  videoElement: document.createElement('video'),
});
gameliftstreams.setLogLevel('debug');
// @ts-expect-error it needs a video element
new gameliftstreams.GameLiftStreams({});
// @ts-expect-error there is no such callback
export const unknownCallback: WebSdkClientConnection = { closed() {} };
