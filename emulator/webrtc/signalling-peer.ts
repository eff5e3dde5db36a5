import { randomInt } from 'node:crypto';
import type { Clock } from '../model/clock.ts';
import type { Peer, PeerContext } from './peer.ts';

/** When a client without a connection counts as connected. */
export interface SignallingRules {
  clock: Clock;
  /** How long after its session is ready; called again whenever the session says that it is ready. */
  connectSeconds: () => number | 'never';
}

/**
 * A peer without a connection, for load. It answers with bare SDP, and counts as connected some time after its session is ready, while
 * the network carries packets in both directions. It costs a few objects, and a timer only while it waits.
 */
export function createSignallingPeer({ events, carries }: PeerContext, rules: SignallingRules): Peer {
  const { clock, connectSeconds } = rules;
  let readyAt = 0;
  let cancel = () => {};
  let phase: 'new' | 'ready' | 'connected' | 'lost' | 'over' = 'new';
  const isCarried = () => carries('toClient') && carries('toGame');
  const over = () => {
    cancel();
    phase = 'over';
  };
  const connect = () => {
    cancel();
    if (phase === 'ready') {
      const seconds = connectSeconds();
      if (seconds === 'never') return;
      const connectsAt = readyAt + seconds * 1000;
      if (connectsAt > clock.now()) {
        cancel = clock.at(connectsAt, connect);
        return;
      }
    }
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
      if (phase === 'new') {
        phase = 'ready';
        readyAt = clock.now();
      }
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
