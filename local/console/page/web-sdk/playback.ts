import type { Arguments, Version } from './arguments.ts';

/** The tracks that a connection has received. */
export interface Received {
  video?: MediaStreamTrack;
  audio?: MediaStreamTrack;
}

/**
 * Shows a received track, by the SDK's rules: an element plays only if it has `autoplay`, and is never stopped. Without an audio element
 * the video element plays the sound too, and waits for both tracks.
 */
export function show(
  { track, streams }: RTCTrackEvent,
  received: Received,
  { videoElement, audioElement }: Arguments,
  version: Version,
): void {
  received[track.kind as keyof Received] = track;
  if (audioElement === undefined) {
    const { video, audio } = received;
    if (video && audio) play(videoElement, new MediaStream([video, audio]), version);
    return;
  }
  const element = track.kind === 'video' ? videoElement : audioElement;
  const stream = streams[0] ?? null;
  if (element.srcObject !== stream) play(element, stream, version);
}

function play(element: HTMLMediaElement, stream: MediaStream | null, version: Version): void {
  element.srcObject = stream;
  if (!element.autoplay) return;
  // The browser starts a muted element by itself. Version 1.0 calls play() on a muted video element nevertheless.
  const isLeftAlone = element.muted && (version !== '1.0.0' || element instanceof HTMLAudioElement);
  // A browser may refuse sound until the player has touched the page.
  if (!isLeftAlone) element.play().catch(() => undefined);
}
