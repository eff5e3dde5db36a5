import type { PeerConnection } from 'node-datachannel';
import { LOOPBACK_ADDRESS } from './media-address.ts';
import type { Offer } from './offer.ts';
import type { PeerNetwork } from './peer.ts';
import { openRelay, type Relay } from './relay.ts';
import { addVideoTrack, newSsrc, type VideoTrack } from './video.ts';
import { retain, type WebRtc } from './webrtc.ts';

const GATHERING_TIMEOUT_MS = 5_000;

export interface Answer {
  sdp: string;
  /** The only path to the game. */
  relay: Relay;
  /** Absent where the offer has no video section. */
  video: VideoTrack | undefined;
}

/** Answers the sections in the offer's own order. The game sends no sound, and takes the player's microphone. */
function addTracks(
  webRtc: WebRtc,
  connection: PeerConnection,
  offer: Offer,
  onMicrophonePacket: () => void,
): VideoTrack | undefined {
  let video: VideoTrack | undefined;
  for (const section of offer.media) {
    if (section.video) video = addVideoTrack(webRtc, connection, section.mid, section.video);
    else if (section.opus !== undefined) {
      const audio = new webRtc.Audio(section.mid, section.sends ? 'SendRecv' : 'SendOnly');
      audio.addOpusCodec(section.opus);
      audio.addSSRC(newSsrc(), 'game', 'game', 'audio');
      const track = retain(connection.addTrack(audio));
      if (section.sends) track.onMessage(onMicrophonePacket);
    }
  }
  return video;
}

function gathered(connection: PeerConnection): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('ICE gathering did not end in time')),
      GATHERING_TIMEOUT_MS,
    );
    const check = () => {
      const description = connection.gatheringState() === 'complete' && connection.localDescription();
      if (!description) return;
      clearTimeout(timer);
      resolve(description.sdp);
    };
    connection.onGatheringStateChange(check);
    check();
  });
}

/** Opens the relay, and puts its port in place of the game's in the answer's only candidate. */
async function relayed(sdp: string, network: PeerNetwork): Promise<{ sdp: string; relay: Relay }> {
  const lines = sdp.split(/\r?\n/);
  const { mediaAddress = LOOPBACK_ADDRESS } = network;
  const at = mediaAddress.replaceAll('.', '\\.');
  const candidate = new RegExp(`^a=candidate:\\S+ 1 UDP \\d+ ${at} (\\d+) typ host`, 'i');
  const port = lines.map((line) => candidate.exec(line)?.[1]).find((match) => match);
  if (!port) throw new Error(`the game has no candidate on ${mediaAddress}`);
  const relay = await openRelay(Number(port), network);
  const rewritten = lines
    .filter((line) => !line.startsWith('a=candidate:') || candidate.test(line))
    .map((line) =>
      candidate.test(line)
        ? line.replace(` ${mediaAddress} ${port} `, ` ${mediaAddress} ${relay.port} `)
        : line,
    );
  return { sdp: rewritten.join('\r\n'), relay };
}

/**
 * Answers an offer with a new connection, through a relay of its own.
 * @throws when the offer cannot be answered; the caller closes the connection then, and nothing else is left open
 */
export async function answerOffer(
  webRtc: WebRtc,
  connection: PeerConnection,
  offer: Offer,
  network: PeerNetwork,
  onMicrophonePacket: () => void,
): Promise<Answer> {
  const video = addTracks(webRtc, connection, offer, onMicrophonePacket);
  connection.setRemoteDescription(offer.sdp, 'offer');
  return { ...(await relayed(await gathered(connection), network)), video };
}
