/*
 * Types of Amazon's GameLift Streams Web SDK, 1.0 to 1.3, as far as Amazon documents it or a page can observe it. `import 'rejoin-client/web-sdk'`
 * declares the global `gameliftstreams` that the SDK's script makes; the SDK itself is loaded by the page.
 */

/** The states that the SDK reports of its connection. */
export type WebSdkConnectionState = 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

/** The SDK's callbacks. */
export interface WebSdkClientConnection {
  connectionState?: (state: WebSdkConnectionState) => void;
  /** A data channel broke. */
  channelError?: (error: Event) => void;
  /** The server says goodbye: after an hour without input, or because the session was ended. */
  serverDisconnect?: (reason: 'idle' | 'terminated') => void;
  /** Bytes that the application sends. */
  applicationMessage?: (message: Uint8Array) => void;
  /** From 1.2 on, each second, where the session was started with it. */
  performanceStats?: (stats: WebSdkPerformanceStats) => void;
}

/**
 * How busy the game's machine is. Amazon's guide names these members, and says that there are more; any of them may be missing.
 */
export interface WebSdkPerformanceStats {
  application?: { cpuNormalized?: number; memoryMB?: number; [more: string]: unknown };
  system?: { gpuPercent?: number; [more: string]: unknown };
}

/** How the SDK takes input. */
export interface WebSdkInputConfiguration {
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

/** What the SDK's offer asks for. */
export interface WebSdkStreamConfiguration {
  /** True when absent. */
  enableAudio?: boolean;
  /** The most that the stream may take, in kilobits per second. */
  maximumKbps?: number;
  iceServers?: RTCIceServer[] | (() => Promise<RTCIceServer[]>);
  /** From 1.1 on. */
  maximumResolution?: '1080p' | '720p' | '540p';
  /** From 1.1 on. */
  forceVideoCodec?: string;
  /** From 1.2 on. */
  forceRelay?: boolean;
}

/** What an object of the SDK is made of. */
export interface WebSdkArguments {
  videoElement: HTMLVideoElement;
  /** Required before 1.2. */
  audioElement?: HTMLAudioElement;
  inputConfiguration?: WebSdkInputConfiguration;
  clientConnection?: WebSdkClientConnection;
  streamConfiguration?: WebSdkStreamConfiguration;
}

/** An object of the SDK: one connection at a time. */
export interface WebSdkObject {
  /** Makes an offer. Throws while the object is bound to a connection: `close()` first. */
  generateSignalRequest(): Promise<string>;
  /** Applies an answer. Resolves when it is applied, which is before anything is connected. */
  processSignalResponse(signalResponse: string): Promise<void>;
  /** Sends the player's input from now on. Throws before an answer is applied. */
  attachInput(): void;
  /** Stops that. Throws before an answer is applied. */
  detachInput(): void;
  /** Before the offer; each object needs it anew. */
  enableMicrophone(): Promise<void>;
  close(): void;
  getVideoRTCStats(): Promise<RTCStatsReport>;
  getAudioRTCStats(): Promise<RTCStatsReport>;
  getMicrophoneRTCStats(): Promise<RTCStatsReport>;
  getInputRTCStats(): Promise<RTCStatsReport>;
  processKeyboardEvent(event: KeyboardEvent): boolean;
  processMouseEvent(event: MouseEvent): boolean;
  processGamepads(): boolean;
  addGamepad(gamepad: Gamepad): boolean;
  removeGamepad(gamepad: Gamepad): boolean;
  /** False where the message can't be sent now. */
  sendApplicationMessage(message: Uint8Array): boolean;
}

/** The SDK's class. */
export type WebSdkClass = new (parts: WebSdkArguments) => WebSdkObject;

/** What the SDK's module exports, and what its script puts into the global `gameliftstreams`. */
export interface WebSdk {
  readonly GameLiftStreams: WebSdkClass;
  readonly VERSION: string;
  setLogLevel(level: 'none' | 'debug'): void;
}

declare global {
  /** Made by the Web SDK's script. */
  namespace gameliftstreams {
    type GameLiftStreams = WebSdkObject;
    const GameLiftStreams: WebSdkClass;
    const VERSION: string;
    function setLogLevel(level: 'none' | 'debug'): void;
  }
}
