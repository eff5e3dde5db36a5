import type { StreamSession } from './api.ts';
import type { Moment } from './timeline.ts';

/** Where the player is. `lost` waits for the player, `reconnecting` is on its way. */
export type State = 'signed-out' | 'ready' | 'connecting' | 'connected' | 'lost' | 'reconnecting' | 'ended';

/** How a connection is cut: packets vanish and nobody says so, or both ends are told. */
export type Cut = 'blackhole' | 'close';

/** Everything the page shows. Replaced as a whole at each change, never edited. */
export interface Model {
  readonly state: State;
  readonly player?: string | undefined;
  /** The session in play; in `ready` the one to come back to. */
  readonly session?: StreamSession | undefined;
  /** Another device of the player has the session. */
  readonly takenOver: boolean;
  /** The latest news in one sentence, read out by screen readers. */
  readonly news: string;
  /** Whether the news is a failure. */
  readonly failed: boolean;
  /** When the next request goes out, on the clock of `Date.now`. */
  readonly waitUntil?: number | undefined;
  readonly counter?: number | undefined;
  readonly frames: number;
  /** Reconnects by itself after a loss. */
  readonly automatic: boolean;
  /** How the last return went. */
  readonly lastReturn?: string | undefined;
  readonly moments: readonly Moment[];
}

/** Before anybody has signed in. */
export const SIGNED_OUT: Model = {
  state: 'signed-out',
  takenOver: false,
  news: '',
  failed: false,
  frames: 0,
  automatic: true,
  moments: [],
};
