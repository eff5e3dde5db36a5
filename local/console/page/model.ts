import type { StreamSession, StreamState } from '../../../client/src/index.ts';
import type { Moment } from './timeline.ts';

/** The states between which the page differs. */
export type Phase =
  | 'signed-out'
  /** The page asks whether the player has a session. */
  | 'looking'
  | 'ready'
  | 'connecting'
  | 'connected'
  | 'reconnecting'
  | 'ending'
  /** Another device or another tab of the player has the stream. */
  | 'elsewhere'
  /** The session may still live, but the page tries nothing more until the player asks for it. */
  | 'lost'
  | 'ended';

/** How a connection is cut: its packets are lost, for good or for some seconds, or it is closed cleanly. */
export type Cut = 'blackhole' | 'blackout' | 'close';

/** How long a blackout lasts. */
export const DARK_SECONDS = 4;

/** The faults that are switched on now. */
export interface InjectedFaults {
  /** Packets are lost and late. */
  slow: boolean;
  /** AWS throttles reconnects. */
  throttled: boolean;
  /** The response to the next reconnect will be lost. */
  losing: boolean;
}

/** Everything the page shows. Each change makes a new model. */
export interface Model {
  readonly player?: string | undefined;
  /** Whether the page still asks for the player's session. */
  readonly looking: boolean;
  /** The state of the client library. */
  readonly stream: StreamState;
  /** A live session of the player's that this page is not connected to. */
  readonly found?: StreamSession | undefined;
  /** The latest news in one sentence, read out by screen readers. */
  readonly news: string;
  /** Whether the news is a failure. */
  readonly failed: boolean;
  readonly counter?: number | undefined;
  readonly frames: number;
  /** The sentence about the last reconnect. */
  readonly lastReturn?: string | undefined;
  readonly moments: readonly Moment[];
  readonly faults: InjectedFaults;
}

/** Before anybody has signed in. */
export const SIGNED_OUT: Model = {
  looking: false,
  stream: { name: 'idle' },
  news: '',
  failed: false,
  frames: 0,
  moments: [],
  faults: { slow: false, throttled: false, losing: false },
};

/** The session that the page shows, if there is one. */
export function sessionOf({ stream, found }: Model): StreamSession | undefined {
  return found ?? ('session' in stream && !isGone(stream) ? stream.session : undefined);
}

/** The phase that a model is in. */
export function phaseOf({ player, looking, stream, found }: Model): Phase {
  if (player === undefined) return 'signed-out';
  if (looking) return 'looking';
  if (stream.name === 'idle' || found !== undefined) return 'ready';
  if (stream.name !== 'ended') return stream.name;
  if (stream.reason === 'taken_over' || stream.reason === 'held_by_tab') return 'elsewhere';
  return stream.session === undefined || isGone(stream) ? 'ended' : 'lost';
}

const GONE: readonly string[] = ['idle', 'terminated', 'session_ended', 'no_session', 'ended_by_player'];

function isGone(stream: StreamState): boolean {
  return stream.name === 'ended' && GONE.includes(stream.reason);
}
