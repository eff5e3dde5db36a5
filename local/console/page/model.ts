import type { StreamSession, StreamState } from '../../../client/src/index.ts';
import type { Moment } from './timeline.ts';

/** Where the player is, as far as the page differs by it. */
export type Phase =
  | 'signed-out'
  | 'ready'
  | 'connecting'
  | 'connected'
  | 'reconnecting'
  | 'ending'
  /** Another device or another tab of the player has the stream. */
  | 'elsewhere'
  /** The session may well live, and nothing is tried any more until the player says so. */
  | 'lost'
  | 'ended';

/** How a connection is cut: packets vanish and nobody says so, for good or for some seconds, or both ends are told. */
export type Cut = 'blackhole' | 'blackout' | 'close';

/** How long a blackout lasts. */
export const DARK_SECONDS = 4;

/** What makes the page's life hard just now. */
export interface Trouble {
  /** Packets are lost and come late. */
  slow: boolean;
  /** AWS takes no reconnects. */
  throttled: boolean;
  /** The next answer to a reconnect will not arrive. */
  losing: boolean;
}

/** Everything the page shows. Replaced as a whole at each change, never edited. */
export interface Model {
  readonly player?: string | undefined;
  /** Where the client library stands. */
  readonly stream: StreamState;
  /** A live session of the player's that this page is not connected to. */
  readonly found?: StreamSession | undefined;
  /** The latest news in one sentence, read out by screen readers. */
  readonly news: string;
  /** Whether the news is a failure. */
  readonly failed: boolean;
  readonly counter?: number | undefined;
  readonly frames: number;
  /** How the last return went. */
  readonly lastReturn?: string | undefined;
  readonly moments: readonly Moment[];
  readonly trouble: Trouble;
}

/** Before anybody has signed in. */
export const SIGNED_OUT: Model = {
  stream: { name: 'idle' },
  news: '',
  failed: false,
  frames: 0,
  moments: [],
  trouble: { slow: false, throttled: false, losing: false },
};

/** The session that the page is about, if there is one. */
export function sessionOf({ stream, found }: Model): StreamSession | undefined {
  return found ?? ('session' in stream && !isGone(stream) ? stream.session : undefined);
}

/** The phase that a model is in. */
export function phaseOf({ player, stream, found }: Model): Phase {
  if (player === undefined) return 'signed-out';
  if (stream.name === 'idle' || found !== undefined) return 'ready';
  if (stream.name !== 'ended') return stream.name;
  if (stream.reason === 'taken_over' || stream.reason === 'held_by_tab') return 'elsewhere';
  return stream.session === undefined || isGone(stream) ? 'ended' : 'lost';
}

const GONE: readonly string[] = ['idle', 'terminated', 'session_ended', 'no_session', 'ended_by_player'];

function isGone(stream: StreamState): boolean {
  return stream.name === 'ended' && GONE.includes(stream.reason);
}
