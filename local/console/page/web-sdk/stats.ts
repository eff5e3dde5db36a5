import type { Received } from './playback.ts';

/** The reports that the SDK gives out. */
export interface Stats {
  video: Promise<RTCStatsReport>;
  audio: Promise<RTCStatsReport>;
  microphone: Promise<RTCStatsReport>;
  input: Promise<RTCStatsReport>;
}

/** Asks for each report. A track that is not there yet gets the report of the whole connection. */
export function readStats(
  peer: RTCPeerConnection,
  { video, audio }: Received,
  microphone: MediaStreamTrack | undefined,
): Stats {
  const of = (track: MediaStreamTrack | undefined) => {
    const report = peer.getStats(track ?? null);
    // Who closes an object does not ask for its reports: one that fails then concerns nobody.
    report.catch(() => undefined);
    return report;
  };
  return { video: of(video), audio: of(audio), microphone: of(microphone), input: of(undefined) };
}
