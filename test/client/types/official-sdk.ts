/*
 * The Web SDK's class, written from its documentation alone (1.0 to 1.3): names of methods, callbacks and constructor arguments. Where
 * the documentation leaves a type open, this uses the narrowest likely type, which is the hardest to fit.
 */

export interface InputConfiguration {
  autoMouse?: boolean;
  autoKeyboard?: boolean;
  autoGamepad?: boolean;
}

export interface PerformanceStats {
  applicationCpuNormalized: number;
  applicationMemoryMiB: number;
}

export interface OfficialClientConnection {
  connectionState?: (state: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed') => void;
  channelError?: (error: Event) => void;
  serverDisconnect?: (reason: 'idle' | 'terminated') => void;
  applicationMessage?: (message: Uint8Array) => void;
  performanceStats?: (stats: PerformanceStats) => void;
}

export interface GameLiftStreamsArgs {
  videoElement: HTMLVideoElement;
  /** Optional from 1.2. */
  audioElement?: HTMLAudioElement;
  inputConfiguration?: InputConfiguration;
  clientConnection?: OfficialClientConnection;
  streamConfiguration?: {
    enableAudio?: boolean;
    maximumKbps?: number;
    iceServers?: RTCIceServer[];
    maximumResolution?: '1080p' | '720p';
    forceVideoCodec?: string;
    forceRelay?: boolean;
  };
}

export declare class OfficialGameLiftStreams {
  constructor(args: GameLiftStreamsArgs);
  generateSignalRequest(): Promise<string>;
  processSignalResponse(signalResponse: string): Promise<void>;
  attachInput(): void;
  detachInput(): void;
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
  sendApplicationMessage(message: Uint8Array): boolean;
}
