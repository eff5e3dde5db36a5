import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { clipFrames, FRAMES_PER_SECOND } from '../../../emulator/webrtc/clip.ts';
import { startVideo, type VideoTrack } from '../../../emulator/webrtc/video.ts';

const SECOND_MS = 1_000;
let sent: { isKey: boolean | undefined; timestamp: number }[] = [];
let stop = () => {};
beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  const rtp = { timestamp: 1_000 };
  const track = {
    isOpen: () => true,
    sendMessageBinary: (data: Buffer) => {
      const isKey = clipFrames().find((frame) => frame.data === data)?.isKey;
      sent.push({ isKey, timestamp: rtp.timestamp });
    },
  };
  stop = startVideo({ track, rtp } as unknown as VideoTrack, Date.now() - 12_345);
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

it('a decoder can start with the first video frame, and gets the clip’s frame rate', () => {
  vi.advanceTimersByTime(10 * SECOND_MS);
  expect(sent[0]?.isKey).toBe(true);
  expect(Math.abs(sent.length - 10 * FRAMES_PER_SECOND)).toBeLessThanOrEqual(1);
});

it('after the machine slept for an hour, video goes on with an IDR frame, not with an hour of frames at once', () => {
  vi.advanceTimersByTime(SECOND_MS);
  const before = sent.length;
  vi.setSystemTime(Date.now() + 3_600 * SECOND_MS);
  vi.advanceTimersByTime(40);
  const after = sent.slice(before);
  expect(after.length).toBeLessThan(5);
  expect(after[0]?.isKey).toBe(true);
  // The video's clock has moved on by the hour; otherwise the player would play it an hour late.
  const passed = ((after[0]?.timestamp ?? 0) - (sent[before - 1]?.timestamp ?? 0)) >>> 0;
  expect(Math.round(passed / 90_000)).toBe(3_600);
});
