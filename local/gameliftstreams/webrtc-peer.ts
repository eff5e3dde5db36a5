import type { DataChannel, PeerConnection } from 'node-datachannel';
import { TICK_MS } from './game.ts';
import type { Offer } from './offer.ts';
import type { Peer, PeerContext } from './peer.ts';
import { blackhole, openRelay, type Relay } from './relay.ts';
import { addVideoTrack, startVideo, type VideoTrack } from './video.ts';
import { hold, loadWebRtc, sendIfOpen, type WebRtc } from './webrtc.ts';

/** The data channels that the Web SDK creates. */
const INPUT_CHANNEL = 'inputChannel';
const MESSAGE_CHANNEL = 'clientMessageChannel';

/** How long a farewell on the data channel may take before the connection is torn down. */
const FAREWELL_MS = 150;
/** How long the relay still carries a connection's closing handshake. */
const CLOSING_MS = 2_000;
/**
 * libjuice gives up on a client that has not been heard of for 39.5 s (RFC 8863), unless a candidate is still being
 * checked. A stream session waits longer than that: an address where nobody answers is checked again and again.
 */
const PATIENCE_MS = 30_000;
const GATHERING_TIMEOUT_MS = 5_000;

/** Answers the sections in the offer's own order; audio is accepted and stays silent. */
function addTracks(webRtc: WebRtc, connection: PeerConnection, offer: Offer): VideoTrack | undefined {
  let video: VideoTrack | undefined;
  for (const section of offer.media) {
    if (section.video) video = addVideoTrack(webRtc, connection, section.mid, section.video);
    else if (section.opus !== undefined) {
      const audio = new webRtc.Audio(section.mid, 'Inactive');
      audio.addOpusCodec(section.opus);
      hold(connection.addTrack(audio));
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

/** Puts the relay between: its port replaces the game's own in the answer's only candidate. */
async function relayed(sdp: string): Promise<{ sdp: string; relay: Relay }> {
  const lines = sdp.split(/\r?\n/);
  const candidate = /^a=candidate:\S+ 1 UDP \d+ 127\.0\.0\.1 (\d+) typ host/i;
  const port = lines.map((line) => candidate.exec(line)?.[1]).find((match) => match);
  if (!port) throw new Error('the game has no candidate on 127.0.0.1');
  const relay = await openRelay(Number(port));
  const rewritten = lines
    .filter((line) => !line.startsWith('a=candidate:') || candidate.test(line))
    .map((line) =>
      candidate.test(line) ? line.replace(` 127.0.0.1 ${port} `, ` 127.0.0.1 ${relay.port} `) : line,
    );
  return { sdp: rewritten.join('\r\n'), relay };
}

/**
 * The game as a real WebRTC peer: video from the clip, the game's state on the message channel, input counted.
 * @throws when the offer cannot be answered
 */
export async function createWebRtcPeer(
  offer: Offer,
  { game, events, silenceSeconds }: PeerContext,
): Promise<Peer> {
  const webRtc = await loadWebRtc();
  const connection = new webRtc.PeerConnection('game', { iceServers: [], bindAddress: '127.0.0.1' });
  let video: VideoTrack | undefined;
  let answer: { sdp: string; relay: Relay };
  try {
    video = addTracks(webRtc, connection, offer);
    connection.setRemoteDescription(offer.sdp, 'offer');
    answer = await relayed(await gathered(connection));
  } catch (error) {
    connection.close();
    throw error;
  }
  const { relay } = answer;

  let phase: 'new' | 'connected' | 'over' = 'new';
  let isReady = false;
  let messages: DataChannel | undefined;
  let stopVideo = () => {};
  const timers: NodeJS.Timeout[] = [];
  const every = (milliseconds: number, action: () => void) => {
    timers.push(setInterval(action, milliseconds).unref());
  };

  const stop = () => {
    phase = 'over';
    stopVideo();
    for (const timer of timers) clearInterval(timer);
  };
  const lose = () => {
    if (phase !== 'connected') return;
    stop();
    // Once GameLift Streams counts the client as lost, the old connection stays dead even if packets flow again.
    relay.impair(blackhole);
    events.lost();
  };
  let isTornDown = false;
  const tearDown = () => {
    if (isTornDown) return;
    isTornDown = true;
    stop();
    connection.close();
    setTimeout(() => relay.close(), CLOSING_MS).unref();
  };

  const tell = (message: object) => {
    const channel = messages;
    if (channel) sendIfOpen(channel, () => channel.sendMessage(JSON.stringify(message)));
  };
  const sendState = () =>
    tell({
      type: 'state',
      counter: game.counter(),
      inputs: game.inputs(),
      connection: game.connection(),
    });
  const checkSilence = () => {
    const seenAt = relay.lastClientPacketAt();
    if (seenAt !== undefined && Date.now() - seenAt > silenceSeconds() * 1000) lose();
  };
  const connected = () => {
    if (phase !== 'new' || !isReady || connection.state() !== 'connected') return;
    phase = 'connected';
    if (video) stopVideo = startVideo(video, game.startedAt);
    every(TICK_MS, sendState);
    every(250, checkSilence);
    events.connected();
  };

  let patience = 0;
  every(PATIENCE_MS, () => {
    if (phase !== 'new') return;
    patience += 1;
    const nobody = `candidate:${patience} 1 UDP 1 127.0.1.${patience} 9 typ host`;
    connection.addRemoteCandidate(nobody, offer.media[0]?.mid ?? '0');
  });

  connection.onDataChannel((channel) => {
    hold(channel);
    if (channel.getLabel() !== INPUT_CHANNEL && channel.getLabel() !== MESSAGE_CHANNEL) return;
    channel.onMessage(() => game.addInput());
    if (channel.getLabel() === MESSAGE_CHANNEL) messages = channel;
  });
  connection.onStateChange((state) => {
    if (state === 'connected') connected();
    if (state === 'closed') lose();
  });

  return {
    kind: 'webrtc',
    sdp: answer.sdp,
    ready: () => {
      isReady = true;
      connected();
    },
    drop: (how) => {
      if (how === 'close') return tearDown();
      stop();
      relay.impair(blackhole);
    },
    close: (serverDisconnect) => {
      if (phase === 'connected' && serverDisconnect && messages?.isOpen()) {
        tell({ type: 'serverDisconnect', reason: serverDisconnect });
        stop();
        setTimeout(tearDown, FAREWELL_MS).unref();
        return;
      }
      tearDown();
    },
  };
}
