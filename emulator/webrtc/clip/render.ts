/**
 * Draws the emulated game and encodes it as `clip.h264`: `node emulator/webrtc/clip/render.ts`.
 *
 * Needs ffmpeg with libx264, only when the scene changes: the clip is committed. The stream needs these properties:
 * annex B, constrained baseline (every browser decodes it), no B-frames, one slice a frame, parameter sets before each
 * IDR frame, an IDR frame every half second.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { shade } from './scene.ts';

const WIDTH = 640;
const HEIGHT = 360;
const FRAMES_PER_SECOND = 30;
const SECONDS = 5;
const SAMPLES = 2;

const target = fileURLToPath(new URL('clip.h264', import.meta.url));

function frame(phase: number): Buffer {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  const scale = 1 / (HEIGHT * SAMPLES);
  let offset = 0;
  for (let row = 0; row < HEIGHT; row += 1) {
    for (let column = 0; column < WIDTH; column += 1) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample += 1) {
        const x = ((column - WIDTH / 2) * SAMPLES + (sample % SAMPLES) + 0.5) * scale;
        const y = (row * SAMPLES + Math.floor(sample / SAMPLES) + 0.5) * scale;
        const color = shade(x, y, phase);
        red += color[0];
        green += color[1];
        blue += color[2];
      }
      const full = 255 / (SAMPLES * SAMPLES);
      pixels[offset] = red * full;
      pixels[offset + 1] = green * full;
      pixels[offset + 2] = blue * full;
      offset += 3;
    }
  }
  return pixels;
}

const x264 = 'keyint=15:min-keyint=15:scenecut=0:open-gop=0:repeat-headers=1:slices=1:sliced-threads=0:aud=1';
const encoder = spawn(
  'ffmpeg',
  [
    ...['-y', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`],
    ...['-r', String(FRAMES_PER_SECOND), '-i', '-', '-c:v', 'libx264', '-preset', 'veryslow'],
    ...['-profile:v', 'baseline', '-level', '3.1', '-pix_fmt', 'yuv420p', '-bf', '0', '-x264-params', x264],
    ...['-b:v', '840k', '-maxrate', '1200k', '-bufsize', '1200k', '-f', 'h264', target],
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
const exited = once(encoder, 'exit');

const total = FRAMES_PER_SECOND * SECONDS;
for (let index = 0; index < total; index += 1) {
  if (!encoder.stdin.write(frame(index / total))) await once(encoder.stdin, 'drain');
}
encoder.stdin.end();
const [code] = await exited;
if (code !== 0) throw new Error(`ffmpeg ended with ${code}: see above`);
console.log(`${target}: ${total} frames, ${Math.round(statSync(target).size / 1024)} KB`);
