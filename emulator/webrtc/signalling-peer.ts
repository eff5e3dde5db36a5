import { randomInt } from 'node:crypto';
import type { Peer, PeerContext } from './peer.ts';

/**
 * A peer without a connection, for load. It answers with bare SDP, and counts as connected as soon as its session is
 * ready and the network carries packets in both directions. It costs a few objects and no timer.
 */
export function createSignallingPeer({ events, carries }: PeerContext): Peer {
  let phase: 'new' | 'ready' | 'connected' | 'lost' | 'over' = 'new';
  const isCarried = () => carries('toClient') && carries('toGame');
  const over = () => {
    phase = 'over';
  };
  const connect = () => {
    if (!isCarried()) return;
    const notify = { ready: events.connected, lost: events.found }[phase as string];
    if (!notify) return;
    phase = 'connected';
    notify();
  };
  return {
    kind: 'signalling',
    sdp: `v=0\r\no=- ${randomInt(2 ** 47)} 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n`,
    ready: () => {
      if (phase === 'new') phase = 'ready';
      connect();
    },
    isPlaying: () => phase === 'connected' && isCarried(),
    drop: over,
    outageBegan: () => {},
    outageEnded: connect,
    countAsLost: (then) => {
      if (phase === 'connected') phase = then === 'resumes' ? 'lost' : 'over';
    },
    close: over,
  };
}
