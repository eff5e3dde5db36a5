import type { Code } from './problem.ts';
import type { Loss } from './state.ts';

/**
 * The part of the Web SDK's `GameLiftStreams` object that is used here. It is described by its shape, so that the official
 * object fits (1.0 and later) and Amazon's SDK need not be a dependency.
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
 * The callbacks that belong into the `clientConnection` of the object's constructor. Spread them and add your own, such
 * as `applicationMessage` and `performanceStats`; a callback of yours in place of one of these must call it.
 */
export interface ClientConnection {
  connectionState: (state: string) => void;
  channelError: (error: unknown) => void;
  serverDisconnect: (reason: string) => void;
}

/** What the page's factory is told of the object that it makes. */
export interface ConnectionAbout {
  /** 1 for the first connection of an effort or of a loss. */
  readonly attempt: number;
  /** What made it necessary: a loss, or the code of what the one before failed with, such as `no_picture`. None for a first connection. */
  readonly why?: Loss | Code;
  /** The object that has the elements now, or had them last. It may still play: don't close it. */
  readonly previous?: GameLiftStreamsLike;
}

/** The part of an `HTMLVideoElement` that is used. */
export interface VideoElementLike {
  readonly paused: boolean;
  addEventListener(type: string, listener: () => void, options: { signal: AbortSignal }): void;
  /** Calls back when a frame is shown. Not in every browser. */
  requestVideoFrameCallback?(shown: () => void): unknown;
}
