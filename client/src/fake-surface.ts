import type { StreamSession } from './contract.ts';
import type { Ending, EventDetails, ReconnectingState, StreamState, Trying } from './state.ts';
import type { Stream } from './stream.ts';

type Method = Exclude<keyof Stream<unknown>, 'state' | 'sdk' | 'subscribe'>;

/** A call of the page: the method, and what it was called with. */
export type FakeCall = {
  [Name in Method]: { readonly method: Name; readonly args: Parameters<Stream<unknown>[Name]> };
}[Method];

/** What a test may say of a connection. What it leaves out is made up. */
export interface FakeConnection<Sdk> {
  session?: StreamSession;
  connectionId?: string;
  /** What `stream.sdk` is from then on. */
  sdk?: Sdk;
}

/** A stream without a network, and what a test drives it by. A step that a real stream can't take throws an Error that says why. */
export interface FakeStream<Sdk> {
  /** What the page gets in place of `createStream(…)`. */
  readonly stream: Stream<Sdk>;
  /** What the page has called, the first call first. */
  readonly calls: readonly FakeCall[];
  /**
   * Changes what a stream on its way shows: another attempt, a wait, or with `healing: false` that the old connection is closed. A wait is
   * over with the next call.
   */
  progress(change: Partial<Trying> & { healing?: false }): void;
  /** A picture comes on a new connection. */
  connect(connection?: FakeConnection<Sdk>): void;
  /** The stream is lost. By default silently, so that it may heal. */
  lose(loss?: Partial<Omit<ReconnectingState, 'name' | 'session'>>): void;
  /** The lost connection plays again. */
  heal(): void;
  /** The browser pauses the video element, or plays it. */
  block(isBlocked: boolean): void;
  /** The stream ends. After the page's `end()`, with `ended_by_player`. */
  end(ending: Ending): void;
  /** Calls the page's `onEvent`. */
  emit(event: EventDetails): void;
  /** Answers each `find()` that waits. */
  answerFind(session: StreamSession | undefined): void;
  /** Rejects each `find()` that waits with a RejoinError. */
  failFind(ending: Ending): void;
  /** Puts the stream into any state, whether or not a real one could get there. */
  force(state: StreamState): void;
}
