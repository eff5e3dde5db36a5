import type { StreamSession } from './contract.ts';
import type { Code, Word } from './problem.ts';

/**
 * Where a stream stands. All times are milliseconds since the epoch on this machine's clock, so that a page can count down with
 * `until - Date.now()`; should that clock be set back, these times go on from where they were. A new object each time; the same one
 * until something changes.
 */
export type StreamState =
  | { readonly name: 'idle' }
  | ConnectingState
  | ConnectedState
  | ReconnectingState
  | EndingState
  | EndedState;

/** On the way to a first picture, after `start()` or `resume()`. */
export interface ConnectingState extends Trying {
  readonly name: 'connecting';
}

/** Media flows. */
export interface ConnectedState {
  readonly name: 'connected';
  readonly session: StreamSession;
  /** Names this connection; no secret. What `resume({ previousConnectionId })` takes. */
  readonly connectionId: string;
  /** The video element is paused: the browser plays it after a click. Only where `videoElement` was given. */
  readonly blocked?: 'autoplay';
}

/** The stream was lost; on the way back. */
export interface ReconnectingState extends Trying {
  readonly name: 'reconnecting';
  readonly session: StreamSession;
  /** The last sign of life. */
  readonly lostAt: number;
  readonly why: Loss;
  /** The lost connection is still open and may come back by itself, while another one is asked for. */
  readonly healing: boolean;
}

/** `end()` is asking. */
export interface EndingState {
  readonly name: 'ending';
}

/** Nothing happens until `start()` or `resume()`. */
export type EndedState = { readonly name: 'ended'; readonly session?: StreamSession } & Ending;

/** What connecting and reconnecting have in common. */
export interface Trying {
  readonly session?: StreamSession;
  /** Requests for a connection sent so far; 0 before the first. */
  readonly attempt: number;
  /** When this is given up: the time left is until then. */
  readonly givesUpAt: number;
  /** Present while waiting for the next attempt. */
  readonly wait?: Wait;
}

/** Why the next attempt waits, and until when. */
export interface Wait {
  readonly code: Code;
  readonly until: number;
  /** The place in the queue for AWS's quota, 1 for the next. */
  readonly queuePosition?: number;
  /** The turn falls after the session's likely end. */
  readonly mayBeTooLate?: boolean;
}

/** What a loss was noticed by. */
export type Loss =
  /** No packet of any kind. */
  | 'silence'
  /** No video, although other packets come. */
  | 'stalled'
  /** Packets of video come, and nothing is decoded of them. */
  | 'frozen'
  /** No packet, and the browser calls the connection disconnected. */
  | 'disconnected'
  /** No packet, and the browser is offline. */
  | 'offline'
  /** The browser has given the connection up. */
  | 'failed'
  /** A data channel broke: what a clean close looks like. */
  | 'channel_error'
  /** The server closed the connection for a reason that the client does not know. */
  | 'server_disconnect';

/** Why a stream has ended. This object does not try again by itself. */
export type Ending =
  /** The server's own serverEnded: an hour without input, or a session that was ended. */
  | { readonly reason: 'idle' | 'terminated' }
  /** The session is over; AWS's `statusReason` where it gave one. */
  | { readonly reason: 'session_ended'; readonly statusReason?: string }
  /** There is no session to come back to. */
  | { readonly reason: 'no_session' }
  /** Another device or tab of the player has the stream; `resume({ insist: true })` takes it back. */
  | { readonly reason: 'taken_over'; readonly by: 'device' | 'tab' }
  /** Another tab of this browser holds the stream; `resume({ insist: true })` takes it over. */
  | { readonly reason: 'held_by_tab' }
  /** Everything was tried for as long as it made sense; `code` is what stood in the way last. */
  | ({ readonly reason: 'expired' } & Partial<Word>)
  /** The API said no for good. `status` is 0 where no answer came. */
  | ({ readonly reason: 'refused'; readonly status: number; readonly detail: string } & Word)
  /** There is no access token (`status` 0), or the API accepts none and the last one has expired (`status` 401). */
  | { readonly reason: 'signed_out'; readonly status: number }
  /** The Web SDK, or the function that makes its object, keeps failing. */
  | { readonly reason: 'failed'; readonly error: unknown }
  /** `end()` ended the session. */
  | { readonly reason: 'ended_by_player' }
  /** `close()` was called: the session lives. */
  | { readonly reason: 'closed' }
  /** The caller's signal was aborted: the session lives. */
  | { readonly reason: 'aborted' };

/** There is nothing more to try. */
export interface Ended {
  readonly kind: 'ended';
  readonly ending: Ending;
  /** The session concerned, where it is not the known one. */
  readonly session?: StreamSession | undefined;
}

/** What happened, for a timeline. `at` is in milliseconds since the epoch. */
export type StreamEvent = { readonly at: number } & EventDetails;

/** An event without its time. */
export type EventDetails =
  | { readonly name: 'suspected'; readonly silentMs: number }
  | { readonly name: 'lost'; readonly why: Loss; readonly silentMs: number }
  /** The lost connection plays again after so long a silence. */
  | { readonly name: 'healed'; readonly silentMs: number }
  | { readonly name: 'asked'; readonly attempt: number }
  | ({ readonly name: 'refused'; readonly status: number; readonly waitMs: number } & Word)
  | { readonly name: 'answered'; readonly replayed: boolean }
  /** A picture: decoded, or shown where `videoElement` was given. */
  | { readonly name: 'first_frame' }
  | { readonly name: 'no_picture'; readonly error: Error }
  | { readonly name: 'input_failed'; readonly error: unknown };

/** Whether a stream that ended so has no session to come back to. */
export function isGone({ reason }: Ending): boolean {
  return ['idle', 'terminated', 'session_ended', 'no_session', 'ended_by_player'].includes(reason);
}
