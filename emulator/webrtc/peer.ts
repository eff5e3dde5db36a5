import type { Settings } from '../model/settings.ts';
import type { Game } from './game.ts';
import type { Loss } from './outage.ts';
import type { Direction, Shaper } from './shaper.ts';

/** What a peer tells its stream session. After `drop` and `close` it says nothing more. */
export interface PeerEvents {
  connected(): void;
  /** The client is gone, and that is certain: it closed, or was silent for long enough. */
  lost(): void;
  /** A client that was counted as lost is heard of again, see `countAsLost`. */
  found(): void;
}

/** The game's end of one connection with a client. */
export interface Peer {
  readonly kind: 'webrtc' | 'signalling';
  /** The SDP answer for the client. */
  readonly sdp: string;
  /** The session is ready for its client. A peer without a wire counts as connected from here on. */
  ready(): void;
  /** Whether a client is connected and was heard of lately, and packets get through both ways. */
  isPlaying(): boolean;
  /** Cuts the client off. Whether and when the session learns of it is not the peer's business. */
  drop(how: Loss): void;
  /** An outage begins, see `PeerNetwork.carries`. */
  outageBegan(): void;
  /** An outage has ended. */
  outageEnded(): void;
  /** GameLift Streams has noticed that the client is gone: what is left of the connection is a setting. */
  countAsLost(then: Settings['oldPeerAfterLoss']): void;
  /** Tears the connection down; `serverDisconnect` is told to a client that still listens. */
  close(serverDisconnect?: 'idle' | 'terminated'): void;
}

/** What the packets between one client and its game meet. */
export interface PeerNetwork {
  /** The bad network that packets go through, asked anew for each; undefined: one that works. */
  shaper: () => Shaper | undefined;
  /** Whether packets get through at all, asked anew for each. */
  carries: (direction: Direction) => boolean;
}

export interface PeerContext extends PeerNetwork {
  game: Game;
  events: PeerEvents;
  /** How many seconds without a packet make a client a lost one; asked anew each time. */
  silenceSeconds: () => number;
}
