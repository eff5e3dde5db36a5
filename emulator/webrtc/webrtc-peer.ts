import { TICK_MS } from './game.ts';
import { takeChannels } from './game-channels.ts';
import { LOOPBACK_ADDRESS } from './media-address.ts';
import type { Offer } from './offer.ts';
import type { Peer, PeerContext } from './peer.ts';
import { startVideo } from './video.ts';
import { loadWebRtc, sendIfOpen } from './webrtc.ts';
import { type Answer, answerOffer } from './webrtc-answer.ts';

/** Source: developer guide, "Real-time performance stats": measured every second. */
const STATS_MS = 1_000;
/** How long the relay still carries a connection's closing handshake. */
const CLOSING_MS = 2_000;
/**
 * When a connection ends within this time after the client's last packet, the client has closed it: ample for a busy machine, and the
 * library gives up on a silent client after 12 s at the earliest.
 */
const CLOSE_SECONDS = 5;
/**
 * libjuice gives up on a client that sends nothing for 39.5 s (RFC 8863), unless a candidate is still being checked. A
 * stream session waits longer: so often the peer adds a candidate that never answers.
 */
const DUMMY_CANDIDATE_MS = 30_000;

/**
 * The game as a real WebRTC peer: it sends video from the clip and the game's state on the message channel, and takes input.
 * @throws when the offer cannot be answered
 */
export async function createWebRtcPeer(
  offer: Offer,
  { game, events, silenceSeconds, sharesPerformanceStats, ...network }: PeerContext,
): Promise<Peer> {
  const webRtc = await loadWebRtc();
  const bindAddress = network.mediaAddress ?? LOOPBACK_ADDRESS;
  const connection = new webRtc.PeerConnection('game', { iceServers: [], bindAddress });
  const channels = takeChannels(connection, game, network.carries);
  let answer: Answer;
  try {
    answer = await answerOffer(webRtc, connection, offer, network, game.addMicrophonePacket);
  } catch (error) {
    connection.close();
    throw error;
  }
  const { relay, video } = answer;

  let phase: 'new' | 'connected' | 'lost' | 'over' = 'new';
  let isReady = false;
  /** The library has ended the connection, which never comes back. */
  let isDead = false;
  let lostAt = 0;
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
  let isTornDown = false;
  const tearDown = () => {
    if (isTornDown) return;
    isTornDown = true;
    stop();
    connection.close();
    setTimeout(() => relay.close(), CLOSING_MS).unref();
  };

  const isSilentFor = (seconds: number) => {
    const seenAt = relay.lastClientPacketAt();
    return seenAt !== undefined && Date.now() - seenAt > seconds * 1000;
  };
  const listen = () => {
    if (phase === 'connected' && isSilentFor(silenceSeconds())) events.lost();
    if (phase !== 'lost' || isDead || (relay.lastClientPacketAt() ?? 0) <= lostAt) return;
    phase = 'connected';
    events.found();
  };
  const died = () => {
    if (isDead || phase === 'new' || phase === 'over') return;
    isDead = true;
    // A client that closes has sent packets until then. Otherwise its close is lost in an outage, or the library gave up on a silence that
    // AWS may not have noticed yet. Then the relay drops all further packets, and the session notices the silence like any other.
    if (network.carries('toGame') && !isSilentFor(CLOSE_SECONDS)) return events.lost();
    stopVideo();
    relay.cut();
  };
  const connected = () => {
    if (phase !== 'new' || !isReady || connection.state() !== 'connected') return;
    phase = 'connected';
    if (video) stopVideo = startVideo(video, game.startedAt);
    every(TICK_MS, channels.sendState);
    if (sharesPerformanceStats) every(STATS_MS, channels.sendStats);
    every(250, listen);
    events.connected();
  };

  let dummies = 0;
  const isAwaited = () => phase === 'new' && ['new', 'connecting'].includes(connection.state());
  every(DUMMY_CANDIDATE_MS, () => {
    dummies += 1;
    const dummy = `candidate:${dummies} 1 UDP 1 127.0.1.${1 + (dummies % 250)} 9 typ host`;
    sendIfOpen({ isOpen: isAwaited }, () => {
      connection.addRemoteCandidate(dummy, offer.media[0]?.mid ?? '0');
    });
  });

  connection.onStateChange((state) => {
    if (state === 'connected') connected();
    if (state === 'closed') died();
  });

  return {
    kind: 'webrtc',
    sdp: answer.sdp,
    ready: () => {
      isReady = true;
      connected();
    },
    isPlaying: () =>
      phase === 'connected' &&
      !isDead &&
      !isSilentFor(silenceSeconds()) &&
      network.carries('toClient') &&
      network.carries('toGame'),
    drop: (how) => {
      if (how === 'close') return tearDown();
      stop();
      relay.cut();
    },
    outageBegan: relay.settle,
    outageEnded: channels.outageEnded,
    countAsLost: (then) => {
      if (phase !== 'connected') return;
      if (then === 'resumes' && !isDead) {
        phase = 'lost';
        lostAt = Date.now();
        return;
      }
      stop();
      if (then === 'stunOnly' && !isDead) relay.carryOnlyStun();
      else relay.cut();
    },
    close: (serverDisconnect) => {
      // In an outage no goodbye gets through, also when the outage ends before its packets are sent.
      if (!network.carries('toClient')) relay.cut();
      if (phase === 'connected' && serverDisconnect) {
        stop();
        void channels.sayGoodbye(serverDisconnect).then(tearDown, tearDown);
        return;
      }
      tearDown();
    },
  };
}
