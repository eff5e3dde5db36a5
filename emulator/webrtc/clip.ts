import { readFileSync } from 'node:fs';

/** Frames a second of the committed clip, see `clip/render.ts`. */
export const FRAMES_PER_SECOND = 30;

export interface ClipFrame {
  /** One access unit in annex B form. */
  data: Buffer;
  /** Whether a decoder can start here. */
  isKey: boolean;
}

const NAL_SLICE = 1;
const NAL_IDR = 5;
const NAL_DELIMITER = 9;

/** The offsets of every start code, the three- or four-byte one. */
function startCodes(stream: Buffer): { at: number; payload: number }[] {
  const codes = [];
  for (let at = stream.indexOf('000001', 0, 'hex'); at >= 0; at = stream.indexOf('000001', at + 3, 'hex')) {
    codes.push({ at: at > 0 && stream[at - 1] === 0 ? at - 1 : at, payload: at + 3 });
  }
  return codes;
}

/**
 * Splits an annex B stream into its frames, at the access unit delimiters. Leaves the delimiters out: RTP does not use
 * them.
 */
function splitFrames(stream: Buffer): ClipFrame[] {
  const frames: ClipFrame[] = [];
  let units: Buffer[] = [];
  let isKey = false;
  const finish = () => {
    if (units.length > 0) frames.push({ data: Buffer.concat(units), isKey });
    units = [];
    isKey = false;
  };
  const codes = startCodes(stream);
  for (const [index, { at, payload }] of codes.entries()) {
    const type = (stream[payload] ?? 0) & 0x1f;
    if (type === NAL_DELIMITER) finish();
    // Keeps parameter sets and slices. Leaves out the encoder's remarks (SEI).
    if (type === NAL_SLICE || type === NAL_IDR || type === 7 || type === 8) {
      units.push(stream.subarray(at, codes[index + 1]?.at ?? stream.length));
    }
    if (type === NAL_IDR) isKey = true;
  }
  finish();
  return frames;
}

let frames: readonly ClipFrame[] | undefined;

/** The frames of the emulated game's picture, read once a process. */
export function clipFrames(): readonly ClipFrame[] {
  frames ??= splitFrames(readFileSync(new URL('clip/clip.h264', import.meta.url)));
  return frames;
}
