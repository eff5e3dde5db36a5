import type { Settings } from '../model/settings.ts';
import type { Game } from './game.ts';
import type { Loss } from './outage.ts';
import type { Direction, Shaper } from './shaper.ts';

/** The events of a peer, for its stream session. There is none after `drop` and `close`. */
export interface PeerEvents {
  connected(): void;
  /** The client is lost: it closed, or was silent for long enough. */
  lost(): void;
  /** Packets of a client that was counted as lost arrive again, see `countAsLost`. */
  found(): void;
}

/** The game's end of one connection with a client. */
export interface Peer {
  readonly kind: 'webrtc' | 'signalling';
  /** The SDP answer for the client. */
  readonly sdp: string;
  /** The session is ready for its client. A signalling peer counts as connected from here on. */
  ready(): void;
  /** Whether a client is connected, has sent packets lately, and packets get through in both directions. */
  isPlaying(): boolean;
  /** Cuts the client off, without an event. */
  drop(how: Loss): void;
  /** An outage begins, see `PeerNetwork.carries`. */
  outageBegan(): void;
  /** An outage has ended. */
  outageEnded(): void;
  /** GameLift Streams has noticed that the client is gone. A setting says what is left of the connection. */
  countAsLost(then: Settings['oldPeerAfterLoss']): void;
  /** Closes the connection. `serverDisconnect` is sent to a client that is still connected. */
  close(serverDisconnect?: 'idle' | 'terminated'): void;
}

/** The network between one client and its game. */
export interface PeerNetwork {
  /** The shaper of a bad network, called for each packet; undefined: a good network. */
  shaper: () => Shaper | undefined;
  /** Whether packets get through at all, called for each packet. */
  carries: (direction: Direction) => boolean;
  /** The IPv4 address of this machine that the client sends media to; absent: 127.0.0.1. */
  mediaAddress?: string | undefined;
}

export interface PeerContext extends PeerNetwork {
  game: Game;
  events: PeerEvents;
  /** After how many seconds without a packet a client counts as lost; called for each check. */
  silenceSeconds: () => number;
  /** Sends the client statistics of the game's machine. */
  sharesPerformanceStats: boolean;
}
