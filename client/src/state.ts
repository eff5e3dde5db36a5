import type { EndingReason, Loss, StreamSession } from './contract.ts';
import type { Code, Word } from './problem.ts';

/**
 * The state of a stream. All times are milliseconds since the epoch on this machine's clock, so that a page can count down with
 * `until - Date.now()`. If that clock is set back, these times still go forward. Each change makes a new object.
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

/** The stream plays. */
export interface ConnectedState {
  readonly name: 'connected';
  readonly session: StreamSession;
  /** Names this connection; no secret. What `resume({ previousConnectionId })` takes. */
  readonly connectionId: string;
  /** The video element is paused: the browser plays it after a click. Only where `videoElement` was given. */
  readonly blocked?: 'autoplay';
}

/** The stream was lost, and the client tries to bring it back. */
export interface ReconnectingState extends Trying {
  readonly name: 'reconnecting';
  readonly session: StreamSession;
  /** The last sign of life. */
  readonly lostAt: number;
  readonly why: Loss;
  /** The lost connection is still open and may come back by itself, while the client requests another one. */
  readonly healing: boolean;
}

/** `end()` is waiting for the API. */
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
  /** When the client gives up. */
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
  /** The wait ends after the session's likely end. */
  readonly mayBeTooLate?: boolean;
}

/** What an ending has besides its reason. The other reasons have nothing more. */
interface EndingDetails {
  /** AWS's `statusReason`, if it gave one. */
  session_ended: { readonly statusReason?: string };
  taken_over: { readonly by: 'device' | 'tab' };
  /** The last problem. */
  expired: Partial<Word>;
  /** `status` is 0 if no answer came. */
  refused: { readonly status: number; readonly detail: string } & Word;
  /** 0 if there is no access token, 401 if the API accepts none. */
  signed_out: { readonly status: number };
  /** What the Web SDK, or the function that makes its object, threw. */
  failed: { readonly error: unknown };
}

/** Why a stream has ended. This object does not try again by itself. */
export type Ending = {
  [Reason in EndingReason]: { readonly reason: Reason } & (Reason extends keyof EndingDetails
    ? EndingDetails[Reason]
    : unknown);
}[EndingReason];

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
  /** The lost connection plays again, after this much silence. */
  | { readonly name: 'healed'; readonly silentMs: number }
  | { readonly name: 'asked'; readonly attempt: number }
  | ({ readonly name: 'refused'; readonly status: number; readonly waitMs: number } & Word)
  | { readonly name: 'answered'; readonly replayed: boolean }
  /** A picture: decoded, or shown where `videoElement` was given. */
  | { readonly name: 'first_frame' }
  | { readonly name: 'no_picture'; readonly error: Error }
  | { readonly name: 'input_failed'; readonly error: unknown };

/** Whether a stream with this ending has no session to come back to. */
export function isGone({ reason }: Ending): boolean {
  return ['idle', 'terminated', 'session_ended', 'no_session', 'ended_by_player'].includes(reason);
}
