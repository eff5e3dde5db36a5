import type { StreamSession } from './contract.ts';
import type { Ending, EventDetails, ReconnectingState, StreamState, Trying } from './state.ts';
import type { Stream } from './stream.ts';

type Method = Exclude<keyof Stream<unknown>, 'state' | 'sdk' | 'subscribe'>;

/** A call of the page: the method, and what it was called with. */
export type FakeCall = {
  [Name in Method]: { readonly method: Name; readonly args: Parameters<Stream<unknown>[Name]> };
}[Method];

/** A connection's values. The fake stream makes up what a test leaves out. */
export interface FakeConnection<Sdk> {
  session?: StreamSession;
  connectionId?: string;
  /** What `stream.sdk` is from then on. */
  sdk?: Sdk;
}

/** A stream without a network, and the steps that a test makes it take. A step that a real stream can't take throws an Error with the reason. */
export interface FakeStream<Sdk> {
  /** What the page gets in place of `createStream(…)`. */
  readonly stream: Stream<Sdk>;
  /** The page's calls, oldest first. */
  readonly calls: readonly FakeCall[];
  /**
   * Changes the state `connecting` or `reconnecting`: another attempt, a wait, or a closed old connection (`healing: false`). The next call
   * ends the wait.
   */
  progress(change: Partial<Trying> & { healing?: false }): void;
  /** A picture comes on a new connection. */
  connect(connection?: FakeConnection<Sdk>): void;
  /** The stream is lost, by default by silence, so that it may heal. */
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
  /** Puts the stream into any state, even one that a real stream can't reach. */
  force(state: StreamState): void;
}
