import { statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { clipFrames, FRAMES_PER_SECOND } from '../../../emulator/webrtc/clip.ts';

const NAL_TYPES = (frame: Buffer) => {
  const types = [];
  for (let at = frame.indexOf('000001', 0, 'hex'); at >= 0; at = frame.indexOf('000001', at + 3, 'hex')) {
    types.push((frame[at + 3] ?? 0) & 0x1f);
  }
  return types;
};

it('the clip has whole seconds of single-slice frames and an IDR frame every half second, so no reconnect waits longer for a picture', () => {
  const frames = clipFrames();
  expect(frames).toHaveLength(FRAMES_PER_SECOND * 5);
  frames.forEach((frame, index) => {
    const isKey = index % (FRAMES_PER_SECOND / 2) === 0;
    expect(frame.isKey).toBe(isKey);
    expect(NAL_TYPES(frame.data)).toEqual(isKey ? [7, 8, 5] : [1]);
  });
});

it('the clip is constrained baseline, which every browser decodes, and stays small in the repository', () => {
  const parameters = clipFrames()[0]?.data ?? Buffer.alloc(0);
  const at = parameters.indexOf('00000167', 0, 'hex') + 4;
  expect(parameters[at]).toBe(66);
  expect((parameters[at + 1] ?? 0) & 0x40).toBe(0x40);
  const { size } = statSync(new URL('../../../emulator/webrtc/clip/clip.h264', import.meta.url));
  expect(size).toBeLessThan(600 * 1024);
});
