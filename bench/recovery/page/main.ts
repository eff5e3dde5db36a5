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
/** Whether a frame is new; unset until that is known. */
let isNew: ((receivedAt: number) => boolean) | undefined;
let times: Partial<Times> = {};
let done: ((times: Times) => void) | undefined;

/**
 * Called for each picture that is shown, with the time at which the browser had received it. The black picture of a closed connection
 * has no such time.
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
    /** Resets, and watches for the next loss and recovery. */
    watch(): void {
      times = {};
      isNew = undefined;
      done = undefined;
    },
    /**
     * Resolves at the first new frame since `watch()`, or with null when none has come in time.
     * @param silentAt a time, in milliseconds since the epoch, at which nothing arrives: frames received later were sent after the
     * loss. Null after a close, which causes no silence: then frames after the new connection's grant are new.
     */
    recovered: (silentAt: number | null, withinMs: number) =>
      new Promise<Times | null>((resolve) => {
        done = resolve;
        setTimeout(() => resolve(null), withinMs);
        isNew = (receivedAt) => (silentAt === null ? times.answeredAt !== undefined : receivedAt > silentAt);
      }),
  },
});
