import { TICK_MS } from './game.ts';
import { takeChannels } from './game-channels.ts';
import type { Offer } from './offer.ts';
import type { Peer, PeerContext } from './peer.ts';
import { startVideo } from './video.ts';
import { loadWebRtc, sendIfOpen } from './webrtc.ts';
import { type Answer, answerOffer } from './webrtc-answer.ts';

/** How long the relay still carries a connection's closing handshake. */
const CLOSING_MS = 2_000;
/**
 * libjuice gives up on a client that has not been heard of for 39.5 s (RFC 8863), unless a candidate is still being
 * checked. A stream session waits longer than that: an address where nobody answers is checked again and again.
 */
const PATIENCE_MS = 30_000;

/**
 * The game as a real WebRTC peer: video from the clip, the game's state on the message channel, input taken.
 * @throws when the offer cannot be answered
 */
export async function createWebRtcPeer(
  offer: Offer,
  { game, events, silenceSeconds, ...network }: PeerContext,
): Promise<Peer> {
  const webRtc = await loadWebRtc();
  const connection = new webRtc.PeerConnection('game', { iceServers: [], bindAddress: '127.0.0.1' });
  const channels = takeChannels(connection, game);
  let answer: Answer;
  try {
    answer = await answerOffer(webRtc, connection, offer, network);
  } catch (error) {
    connection.close();
    throw error;
  }
  const { relay, video } = answer;

  let phase: 'new' | 'connected' | 'over' = 'new';
  let isReady = false;
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
    relay.cut();
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

  const checkSilence = () => {
    const seenAt = relay.lastClientPacketAt();
    if (seenAt !== undefined && Date.now() - seenAt > silenceSeconds() * 1000) lose();
  };
  const connected = () => {
    if (phase !== 'new' || !isReady || connection.state() !== 'connected') return;
    phase = 'connected';
    if (video) stopVideo = startVideo(video, game.startedAt);
    every(TICK_MS, channels.sendState);
    every(250, checkSilence);
    events.connected();
  };

  let patience = 0;
  const isAwaited = () => phase === 'new' && ['new', 'connecting'].includes(connection.state());
  every(PATIENCE_MS, () => {
    patience += 1;
    const nobody = `candidate:${patience} 1 UDP 1 127.0.1.${1 + (patience % 250)} 9 typ host`;
    sendIfOpen({ isOpen: isAwaited }, () => {
      connection.addRemoteCandidate(nobody, offer.media[0]?.mid ?? '0');
    });
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
      // A closing handshake that is on its way still arrives.
      if (!isTornDown) relay.cut();
    },
    // The relay asks for each packet whether it gets through: there is nothing else to do.
    restored: () => {},
    close: (serverDisconnect) => {
      if (phase === 'connected' && serverDisconnect) {
        stop();
        void channels.sayGoodbye(serverDisconnect).then(tearDown, tearDown);
        return;
      }
      tearDown();
    },
  };
}
