/** Silence that means a loss: long against jitter and a dropped key frame, short against a player's patience. */
export const SILENCE_MS = 1500;

/** Between two looks; a later look means that the tab slept, and silence while asleep proves nothing. */
export const LOOK_EVERY_MS = 200;

/**
 * Tells a dead stream from a live one. A sign of life is a frame decoded or a message from the game; the browser's own
 * connection state takes some seven seconds to say the same. Times are milliseconds of any one clock.
 */
export function createWatch(startedAt: number) {
  let lastSign = startedAt;
  let lastLook = startedAt;
  let seenFrames = 0;

  return {
    /** The game spoke. */
    sign(at: number): void {
      lastSign = at;
    },
    /** Whether the stream is dead, looked at now. */
    look(at: number, framesDecoded: number): boolean {
      if (framesDecoded > seenFrames || at - lastLook > SILENCE_MS / 2) lastSign = at;
      seenFrames = Math.max(seenFrames, framesDecoded);
      lastLook = at;
      return at - lastSign >= SILENCE_MS;
    },
  };
}
