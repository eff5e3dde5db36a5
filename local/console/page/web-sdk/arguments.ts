import type {
  WebSdkInputConfiguration,
  WebSdkPerformanceStats,
  WebSdkStreamConfiguration,
} from '../../../../client/src/web-sdk.ts';

/** The versions that the stand-in can behave like. */
export type Version = '1.0.0' | '1.1.0' | '1.2.0';

/** Callbacks of the connection, as the SDK names them. */
export interface ClientConnection {
  connectionState?(state: RTCPeerConnectionState): void;
  channelError?(error: Event): void;
  /** `idle` or `terminated`: the server's own goodbye. */
  serverDisconnect?(reason: string): void;
  applicationMessage?(message: Uint8Array): void;
  /** From 1.2 on. */
  performanceStats?(stats: WebSdkPerformanceStats): void;
}

/** The stand-in's stream has one resolution only. */
export type StreamConfiguration = WebSdkStreamConfiguration;

export interface Arguments {
  videoElement: HTMLVideoElement;
  /** Required before 1.2. Without it the video element plays the sound too. */
  audioElement?: HTMLAudioElement;
  clientConnection?: ClientConnection;
  /** The SDK passes it on unchanged to the input module. */
  inputConfiguration?: WebSdkInputConfiguration;
  streamConfiguration?: StreamConfiguration;
}

/** @throws Error for what this version does not take */
export function checkArguments({ videoElement, audioElement }: Arguments, version: Version): void {
  if (!(videoElement instanceof HTMLVideoElement)) throw new Error('videoElement must be a video element');
  if (audioElement === undefined && version !== '1.2.0') {
    throw new Error(`audioElement must be an audio element: Web SDK ${version} can't do without it`);
  }
}

/** The members of a stream configuration that this version knows. It ignores the rest. */
export function knownConfiguration(
  { maximumResolution, forceVideoCodec, forceRelay, ...rest }: StreamConfiguration,
  version: Version,
): StreamConfiguration {
  return {
    ...rest,
    ...(version !== '1.0.0' && maximumResolution !== undefined && { maximumResolution }),
    ...(version !== '1.0.0' && forceVideoCodec !== undefined && { forceVideoCodec }),
    ...(version === '1.2.0' && forceRelay !== undefined && { forceRelay }),
  };
}
