import type { Arguments, Version } from './arguments.ts';

/** The tracks that a connection has received. */
export interface Received {
  video?: MediaStreamTrack;
  audio?: MediaStreamTrack;
}

/**
 * Shows what arrives, by the SDK's rules: an element plays only if it has `autoplay`, and is never told to stop. Sound without an element
 * of its own joins the picture, and the picture waits for it.
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
  // A muted one the browser starts by itself, which 1.0 did not leave to it for the picture.
  const isLeftAlone = element.muted && (version !== '1.0.0' || element instanceof HTMLAudioElement);
  // A browser may refuse sound until the player has touched the page.
  if (!isLeftAlone) element.play().catch(() => undefined);
}
