import { createByHandPlayer } from './by-hand.ts';
import type { PlayerSettings } from './player.ts';
import { createRejoinPlayer } from './rejoin.ts';

/** When the way back passed what, in milliseconds since the epoch. */
interface Times {
  detectedAt: number;
  answeredAt: number;
  frameAt: number;
}

const videoElement = document.querySelector('video') as HTMLVideoElement;
const audioElement = document.querySelector('audio') as HTMLAudioElement;
let times: Partial<Times> = {};
let done: ((times: Times) => void) | undefined;

/** Each frame that is shown; the one that counts is the first after an answer. */
function frame(): void {
  videoElement.requestVideoFrameCallback(frame);
  const { detectedAt, answeredAt, frameAt } = times;
  if (detectedAt === undefined || answeredAt === undefined || frameAt !== undefined) return;
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
    play(policy: 'rejoin' | 'byHand', settings: PlayerSettings): Promise<string> {
      const create = policy === 'rejoin' ? createRejoinPlayer : createByHandPlayer;
      return create(settings, { videoElement, audioElement }, marks).play();
    },
    /** Frames shown so far. */
    frames: () => videoElement.getVideoPlaybackQuality().totalVideoFrames,
    /** Forgets what was, and watches for a loss and the way back. */
    watch(): void {
      times = {};
    },
    /** Resolves when the way back since `watch()` has led to a frame. */
    recovered: () =>
      new Promise<Times>((resolve) => {
        if (times.frameAt !== undefined) resolve(times as Times);
        done = resolve;
      }),
    times: () => times,
  },
});
