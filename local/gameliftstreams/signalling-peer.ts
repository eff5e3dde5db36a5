import { randomInt } from 'node:crypto';
import type { Peer, PeerContext } from './peer.ts';

/**
 * A peer without a wire, for load: it answers with bare SDP and counts as connected as soon as its session is
 * ready and the network carries packets both ways. It costs a few objects and no timer.
 */
export function createSignallingPeer({ events, carries }: PeerContext): Peer {
  let isOpen = true;
  let isWaiting = false;
  const connect = () => {
    isWaiting = isOpen;
    if (!isWaiting || !carries('toClient') || !carries('toGame')) return;
    isWaiting = false;
    events.connected();
  };
  return {
    kind: 'signalling',
    sdp: `v=0\r\no=- ${randomInt(2 ** 47)} 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n`,
    ready: connect,
    drop: () => {
      isOpen = false;
    },
    restored: () => {
      if (isWaiting) connect();
    },
    close: () => {
      isOpen = false;
    },
  };
}
