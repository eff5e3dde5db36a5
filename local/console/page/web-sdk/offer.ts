import type { StreamConfiguration, Version } from './arguments.ts';

const GATHERING_TIMEOUT_MS = 15_000;

/** A connection that an offer is made for. */
export interface ClientRtc {
  rtcPeerConnection: RTCPeerConnection;
  /** Input: unordered and without retransmits, since late events are useless. */
  rtcDataChannel: RTCDataChannel;
  rtcClientMessageChannel: RTCDataChannel;
}

/** A peer connection with the SDK's data channels. The caller must close it. */
export function openConnection(): ClientRtc {
  const rtcPeerConnection = new RTCPeerConnection({ iceServers: [] });
  return {
    rtcPeerConnection,
    rtcDataChannel: rtcPeerConnection.createDataChannel('inputChannel', {
      ordered: false,
      maxRetransmits: 0,
    }),
    rtcClientMessageChannel: rtcPeerConnection.createDataChannel('clientMessageChannel', { ordered: true }),
  };
}

/** Gives a connection the SDK's transceivers and ICE servers, before its offer. */
export async function configure(
  rtcPeerConnection: RTCPeerConnection,
  { iceServers = [], enableAudio = true, forceVideoCodec, forceRelay }: StreamConfiguration,
  microphone: MediaStreamTrack | undefined,
): Promise<void> {
  rtcPeerConnection.setConfiguration({
    iceServers: typeof iceServers === 'function' ? await iceServers() : iceServers,
    ...(forceRelay === true && { iceTransportPolicy: 'relay' as const }),
  });
  if (microphone !== undefined) rtcPeerConnection.addTransceiver(microphone, { direction: 'sendrecv' });
  else if (enableAudio) rtcPeerConnection.addTransceiver('audio', { direction: 'recvonly' });
  const video = rtcPeerConnection.addTransceiver('video', { direction: 'recvonly' });
  if (forceVideoCodec === undefined) return;
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const wanted = `video/${forceVideoCodec}`.toLowerCase();
  video.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType.toLowerCase() === wanted));
}

/** As seen in the offers of version 1.2.0, in kilobits a second. */
const VIDEO_KBPS = 19_000;

/**
 * The signal request of a connection. It has ICE candidates only where ICE servers are configured; otherwise the other side learns
 * this side's address from its ICE checks.
 * @throws Error in a browser without H.264
 */
export async function signalRequestOf(peer: RTCPeerConnection, version: Version): Promise<string> {
  const offer = await peer.createOffer();
  if (!/a=rtpmap:\d+ H264\//i.test(offer.sdp ?? '')) {
    throw new Error('this browser can’t decode H.264 in WebRTC');
  }
  await peer.setLocalDescription(offer);
  const waits = (peer.getConfiguration().iceServers ?? []).length > 0;
  if (waits) await gathered(peer);
  const sdp = munged((waits ? peer.localDescription?.sdp : offer.sdp) ?? '');
  const features = [{ name: 'WEBRTC_SPLIT_MEDIA_STREAMS', value: 'enabled' }];
  return JSON.stringify({ type: 'offer', sdp, webSdkVersion: version, extras: { features } });
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      peer.removeEventListener('icegatheringstatechange', check);
      resolve();
    };
    const check = () => {
      if (peer.iceGatheringState === 'complete') done();
    };
    const timer = setTimeout(done, GATHERING_TIMEOUT_MS);
    peer.addEventListener('icegatheringstatechange', check);
    check();
  });
}

/** Adds stereo, and the bandwidth that the official SDK always writes, whatever `maximumKbps` says. Lines are joined by LF alone. */
function munged(sdp: string): string {
  const lines = sdp.split(/\r?\n/);
  const opus = lines.map((line) => /^a=rtpmap:(\d+) opus\//i.exec(line)?.[1]).find((type) => type);
  let media = '';
  return lines
    .flatMap((line) => {
      media = /^m=(\S+)/.exec(line)?.[1] ?? media;
      if (opus !== undefined && line.startsWith(`a=fmtp:${opus} `)) return [`${line};stereo=1`];
      const isVideo = media === 'video' && line.startsWith('c=');
      return isVideo ? [line, `b=TIAS:${VIDEO_KBPS}000`, `b=AS:${VIDEO_KBPS}`] : [line];
    })
    .join('\n');
}
