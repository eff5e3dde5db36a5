import type { Loss } from './contract.ts';
import type { Code } from './problem.ts';

/**
 * The part of the Web SDK's `GameLiftStreams` object that the client uses. It is a structural type, so the official
 * object (1.0 and later) matches it, and Amazon's SDK need not be a dependency.
 */
export interface GameLiftStreamsLike {
  /** Makes an offer; throws while the object is bound to a connection. */
  generateSignalRequest(): Promise<string>;
  /** Applies an answer; resolves when it is applied, which is before anything is connected. */
  processSignalResponse(signalResponse: string): Promise<unknown>;
  /** Sends keyboard, mouse and gamepads to the game from now on. */
  attachInput?(): unknown;
  /** Stops sending them, and releases keys that are held down. */
  detachInput?(): unknown;
  /** Leaves the connection. */
  close(): unknown;
  /** An `RTCStatsReport` of the video's receiver. Anything else is read as far as it can be. */
  getVideoRTCStats?(): Promise<unknown>;
}

/**
 * The callbacks for the `clientConnection` of the object's constructor. Spread them and add your own, such
 * as `applicationMessage` and `performanceStats`. If you replace one of these, call it in yours.
 */
export interface ClientConnection {
  connectionState: (state: string) => void;
  channelError: (error: unknown) => void;
  serverDisconnect: (reason: string) => void;
}

/** What the page's factory learns about the object that it makes. */
export interface ConnectionAbout {
  /** 1 for the first connection of a call or of a loss. */
  readonly attempt: number;
  /** The reason: a loss, or the code with which the connection before failed, such as `no_picture`. None for a first connection. */
  readonly why?: Loss | Code;
  /** The object before. It may still play: don't close it. */
  readonly previous?: GameLiftStreamsLike;
}

/** The part of an `HTMLVideoElement` that is used. */
export interface VideoElementLike {
  readonly paused: boolean;
  addEventListener(type: string, listener: () => void, options: { signal: AbortSignal }): void;
  /** Calls back when a frame is shown. Not in every browser. */
  requestVideoFrameCallback?(shown: () => void): unknown;
}
