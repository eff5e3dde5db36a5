import type { Policy, Times } from '../conditions.ts';
import { createByHandPlayer } from './by-hand.ts';
import { createNothingPlayer } from './nothing.ts';
import type { CreatePlayer, PlayerSettings } from './player.ts';
import { createRejoinPlayer } from './rejoin.ts';

const CREATE: Record<Policy, CreatePlayer> = {
  rejoin: createRejoinPlayer,
  nothing: createNothingPlayer,
  byHand: createByHandPlayer,
};

const videoElement = document.querySelector('video') as HTMLVideoElement;
const audioElement = document.querySelector('audio') as HTMLAudioElement;
/** Which frame is a new one; until it is known, none is. */
let isNew: ((receivedAt: number) => boolean) | undefined;
let times: Partial<Times> = {};
let done: ((times: Times) => void) | undefined;

/**
 * Each picture that is shown, with the time at which the browser had received all of it. The black one that a closed connection
 * leaves was received never.
 */
function frame(_now: number, { receiveTime }: VideoFrameCallbackMetadata): void {
  videoElement.requestVideoFrameCallback(frame);
  if (times.frameAt !== undefined || isNew === undefined || receiveTime === undefined) return;
  if (!isNew(performance.timeOrigin + receiveTime)) return;
  times.frameAt = Date.now();
  done?.(times as Times);
}
videoElement.requestVideoFrameCallback(frame);

const marks = {
  detected() {
    times.detectedAt ??= Date.now();
  },
  answered() {
    if (times.frameAt === undefined) times.answeredAt = Date.now();
  },
};

Object.assign(globalThis, {
  bench: {
    /** Starts a session; resolves with its id. */
    play: (policy: Policy, settings: PlayerSettings): Promise<string> =>
      CREATE[policy](settings, { videoElement, audioElement }, marks).play(),
    /** Frames shown so far. */
    frames: () => videoElement.getVideoPlaybackQuality().totalVideoFrames,
    /** Forgets what was, and watches for a loss and the way back. */
    watch(): void {
      times = {};
      isNew = undefined;
      done = undefined;
    },
    /**
     * Resolves at the first new frame since `watch()`, or with null when none has come in time.
     * @param silentAt a moment of the epoch at which nothing arrives: what was received later was sent after the loss. Null after
     * a close, which begins no silence: then what is shown after a new connection was granted is new.
     */
    recovered: (silentAt: number | null, withinMs: number) =>
      new Promise<Times | null>((resolve) => {
        done = resolve;
        setTimeout(() => resolve(null), withinMs);
        isNew = (receivedAt) => (silentAt === null ? times.answeredAt !== undefined : receivedAt > silentAt);
      }),
  },
});
