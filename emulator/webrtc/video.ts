import type { PeerConnection, RtpPacketizationConfig, Track } from 'node-datachannel';
import { clipFrames, FRAMES_PER_SECOND } from './clip.ts';
import type { OfferedVideo } from './offer.ts';
import { retain, sendIfOpen, type WebRtc } from './webrtc.ts';

const CLOCK_RATE = 90_000;
/** Largest RTP payload that fits everywhere with room for headers. */
const MAX_FRAGMENT_BYTES = 1_150;
const NACK_PACKETS = 512;

export interface VideoTrack {
  track: Track;
  rtp: RtpPacketizationConfig;
}

export const newSsrc = () => 1 + Math.floor(Math.random() * 0xffff_fffe);

/** Adds the track for an offered video section. Call it before the offer is set. */
export function addVideoTrack(
  webRtc: WebRtc,
  connection: PeerConnection,
  mid: string,
  { payloadType, profileLevelId }: OfferedVideo,
): VideoTrack {
  const ssrc = newSsrc();
  const video = new webRtc.Video(mid, 'SendOnly');
  video.addH264Codec(
    payloadType,
    `level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=${profileLevelId}`,
  );
  video.addSSRC(ssrc, 'game', 'game', 'video');
  const track = retain(connection.addTrack(video));
  const rtp = new webRtc.RtpPacketizationConfig(ssrc, 'game', payloadType, CLOCK_RATE);
  const packetizer = new webRtc.H264RtpPacketizer('StartSequence', rtp, MAX_FRAGMENT_BYTES);
  packetizer.addToChain(new webRtc.RtcpSrReporter(rtp));
  packetizer.addToChain(new webRtc.RtcpNackResponder(NACK_PACKETS));
  track.setMediaHandler(packetizer);
  return { track, rtp };
}

/**
 * Sends the clip, looped, from the frame that the game has reached by now: the game went on without a client. The first
 * frame is an IDR frame, so a decoder starts at once.
 * @returns a function that stops it
 */
export function startVideo({ track, rtp }: VideoTrack, gameStartedAt: number): () => void {
  const frames = clipFrames();
  const nowFrame = () => Math.floor(((Date.now() - gameStartedAt) * FRAMES_PER_SECOND) / 1000);
  const frameAt = (index: number) => frames[index % frames.length];

  const timestampBase = rtp.timestamp;
  const first = nowFrame();
  // The clip is shifted by half a second at most, so that the next frame is an IDR frame.
  let shift = 0;
  const shiftToKey = (index: number) => {
    const end = shift + frames.length;
    while (frameAt(index + shift)?.isKey !== true && shift < end) shift += 1;
  };
  shiftToKey(first);

  let next = first;
  const timer = setInterval(() => {
    if (!track.isOpen()) return;
    const until = nowFrame();
    // After the machine has slept, goes on with the present frame, as a game would.
    if (until - next > FRAMES_PER_SECOND) {
      next = until;
      shiftToKey(next);
    }
    for (; next <= until; next += 1) {
      rtp.timestamp = (timestampBase + ((next - first) * CLOCK_RATE) / FRAMES_PER_SECOND) >>> 0;
      const frame = frameAt(next + shift);
      if (frame) sendIfOpen(track, () => track.sendMessageBinary(frame.data));
    }
  }, 1000 / FRAMES_PER_SECOND);
  timer.unref();
  return () => clearInterval(timer);
}
