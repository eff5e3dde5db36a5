import { randomInt } from 'node:crypto';

/** A new offer without a fingerprint, so that the emulator answers without WebRTC. */
export function newOffer(): string {
  return JSON.stringify({
    type: 'offer',
    sdp: `v=0\r\no=- ${randomInt(2 ** 47)} 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n`,
  });
}

/** Exponential backoff with full jitter, milliseconds. @param failures 1 after the first */
export function fullJitter(failures: number, baseMs: number, capMs: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** (failures - 1));
}
