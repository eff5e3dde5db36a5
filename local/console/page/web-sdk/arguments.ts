/** The versions that the stand-in can behave like. */
export type Version = '1.0.0' | '1.1.0' | '1.2.0';

/** Callbacks of the connection, as the SDK names them. */
export interface ClientConnection {
  connectionState?(state: RTCPeerConnectionState): void;
  channelError?(error: Event): void;
  /** `idle` or `terminated`: the server's own goodbye. */
  serverDisconnect?(reason: string): void;
  applicationMessage?(message: Uint8Array): void;
  /** Never called by the stand-in: the format of these messages is unpublished. */
  performanceStats?(stats: unknown): void;
}

/** The input module's settings. The SDK passes them on unchanged. */
interface InputConfiguration {
  autoKeyboard?: boolean;
  autoMouse?: boolean;
  autoGamepad?: boolean;
  autoPointerLock?: boolean | 'fullscreen';
  keyboardFilter?: (event: KeyboardEvent) => boolean;
  mouseFilter?: (event: MouseEvent) => boolean;
  gamepadFilter?: (gamepad: Gamepad) => boolean | object;
  hapticFeedback?: boolean;
  resetOnDetach?: boolean;
  trackWindowFocus?: boolean;
  setCursor?: boolean | 'visibility' | ((style: string) => void);
}

export interface StreamConfiguration {
  /** True when absent. */
  enableAudio?: boolean;
  maximumKbps?: number;
  iceServers?: RTCIceServer[] | (() => Promise<RTCIceServer[]>);
  /** From 1.1 on. The stand-in's stream has one resolution only. */
  maximumResolution?: '1080p' | '720p' | '540p';
  /** From 1.1 on. */
  forceVideoCodec?: string;
  /** From 1.2 on. */
  forceRelay?: boolean;
}

export interface Arguments {
  videoElement: HTMLVideoElement;
  /** Required before 1.2. Without it the video element plays the sound too. */
  audioElement?: HTMLAudioElement;
  clientConnection?: ClientConnection;
  inputConfiguration?: InputConfiguration;
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
