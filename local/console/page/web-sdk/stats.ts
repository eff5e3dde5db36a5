import type { Received } from './playback.ts';

/** The reports of the SDK. */
export interface Stats {
  video: Promise<RTCStatsReport>;
  audio: Promise<RTCStatsReport>;
  microphone: Promise<RTCStatsReport>;
  input: Promise<RTCStatsReport>;
}

/** Starts each report. A track that has not arrived yet gets the report of the whole connection. */
export function readStats(
  peer: RTCPeerConnection,
  { video, audio }: Received,
  microphone: MediaStreamTrack | undefined,
): Stats {
  const of = (track: MediaStreamTrack | undefined) => {
    const report = peer.getStats(track ?? null);
    // close() starts reports that nobody may read: a failed one must not be an unhandled rejection.
    report.catch(() => undefined);
    return report;
  };
  return { video: of(video), audio: of(audio), microphone: of(microphone), input: of(undefined) };
}
