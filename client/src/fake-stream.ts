import { baseOf } from './api-client.ts';
import { compact } from './compact.ts';
import type { StreamSession } from './contract.ts';
import { canHeal, reasonAgainst } from './fake-rules.ts';
import type { FakeCall, FakeStream } from './fake-surface.ts';
import { RejoinError } from './index.ts';
import type { GameLiftStreamsLike } from './sdk.ts';
import {
  type ConnectedState,
  type ConnectingState,
  type Ending,
  isGone,
  type ReconnectingState,
  type StreamState,
} from './state.ts';
import { createStateHolder } from './state-holder.ts';
import type { Stream, StreamOptions } from './stream.ts';
import { FIND_WITHIN_MS, START_WITHIN_MS } from './timing.ts';

/** A `find()` that waits for its answer. */
interface Finding {
  resolve(session: StreamSession | undefined): void;
  reject(why: Ending): void;
}

/**
 * Makes a stream for the unit tests of a page. It takes the options of `createStream` and asks no network: the test says what happens.
 * The page's own calls work as a real stream's do: `start()` leads to `connecting`, `end()` to `ending`, `close()` to `ended`.
 *
 * @throws TypeError that says what is wrong with `api`, where one is given.
 */
export function createFakeStream<Sdk extends GameLiftStreamsLike = GameLiftStreamsLike>(
  options: Partial<StreamOptions<Sdk>> = {},
): FakeStream<Sdk> {
  const now = options.environment?.now ?? Date.now;
  const holder = createStateHolder(options.onState);
  const calls: FakeCall[] = [];
  const finding = new Set<Finding>();
  /** Ends listening to the signal of the effort; undefined while nothing is under way. */
  let release: (() => void) | undefined;
  let sdk: Sdk | undefined;
  let session: StreamSession | undefined;
  let connections = 0;
  let connectionId = '';
  // A wrong address is as wrong in a test.
  if (options.api !== undefined) baseOf(options.api);

  /** @throws Error where a real stream would not get there. */
  function go(next: StreamState): void {
    const why = reasonAgainst(holder.state(), next);
    if (why) throw new Error(why);
    holder.set(next);
  }

  /** Begins an effort of the page's, in place of the one before. */
  function begin(signal: AbortSignal | undefined, state: StreamState): void {
    release?.();
    sdk = undefined;
    const aborted = () => finish({ reason: 'aborted' });
    signal?.addEventListener('abort', aborted);
    release = () => signal?.removeEventListener('abort', aborted);
    if (signal?.aborted) aborted();
    else holder.set(state);
  }

  function finish(ending: Ending): void {
    release?.();
    release = sdk = undefined;
    const last = session;
    if (isGone(ending)) session = undefined;
    holder.set({ ...compact({ name: 'ended', session: last }), ...ending });
  }

  async function effort(signal: AbortSignal | undefined, insist: boolean, withinMs: number) {
    if (holder.state().name === 'ending') await holder.settled();
    if (!release || insist) begin(signal, { name: 'connecting', attempt: 0, givesUpAt: now() + withinMs });
    return holder.settled();
  }

  function settleFinding(settle: (one: Finding) => void): void {
    for (const one of finding) settle(one);
    finding.clear();
  }

  const trying = (): ConnectingState | ReconnectingState => {
    const state = holder.state();
    if (state.name === 'connecting' || state.name === 'reconnecting') return state;
    throw new Error(
      `A stream that is ${state.name} is not on its way: the page has to start it, or the test to lose it.`,
    );
  };

  const playing = (): ConnectedState => {
    const state = holder.state();
    if (state.name === 'connected') return state;
    throw new Error(`A stream that is ${state.name} has no picture: connect() it first.`);
  };

  const waiting = (): void => {
    if (finding.size === 0) throw new Error('No find() waits for an answer.');
  };

  const stream: Stream<Sdk> = {
    get state() {
      return holder.state();
    },
    get sdk() {
      return sdk;
    },
    subscribe: holder.subscribe,
    find(...args) {
      calls.push({ method: 'find', args });
      return new Promise((resolve, reject) => {
        const one = { resolve, reject: (why: Ending) => reject(new RejoinError(why)) };
        const signal = args[0]?.signal;
        if (signal?.aborted) return one.reject({ reason: 'aborted' });
        finding.add(one);
        signal?.addEventListener('abort', () => finding.delete(one) && one.reject({ reason: 'aborted' }));
      });
    },
    start(...args) {
      calls.push({ method: 'start', args });
      return effort(args[1]?.signal, false, START_WITHIN_MS);
    },
    resume(...args) {
      calls.push({ method: 'resume', args });
      return effort(args[0]?.signal, args[0]?.insist === true, FIND_WITHIN_MS);
    },
    async end(...args) {
      calls.push({ method: 'end', args });
      if (holder.state().name !== 'ending') begin(args[0]?.signal, { name: 'ending' });
      return holder.settled();
    },
    close() {
      calls.push({ method: 'close', args: [] });
      settleFinding(({ reject }) => reject({ reason: 'closed' }));
      if (release) finish({ reason: 'closed' });
    },
  };

  return {
    stream,
    calls,
    progress(change) {
      const { wait: _over, ...state } = trying();
      if ('healing' in change && state.name === 'connecting')
        throw new Error('Only a lost connection heals.');
      session = change.session ?? session;
      go({ ...state, ...change });
    },
    connect(given = {}) {
      trying();
      connections += 1;
      connectionId = given.connectionId ?? `connection-${connections}`;
      const next = given.session ?? session ?? fakeSession(options.streamGroupId, now());
      session = { ...next, status: 'CONNECTED' };
      sdk = given.sdk ?? sdk;
      go({ name: 'connected', session, connectionId });
    },
    lose(loss = {}) {
      const { session: lost } = playing();
      const { why = 'silence' } = loss;
      const givesUpAt = now() + lost.connectionTimeoutSeconds * 1000;
      const made = { lostAt: now(), why, healing: canHeal(why), attempt: 0, givesUpAt };
      go({ name: 'reconnecting', session: lost, ...made, ...loss });
    },
    heal() {
      const state = trying();
      if (state.name !== 'reconnecting' || !state.healing)
        throw new Error('The old connection is closed, or there was none: connect() makes a new one.');
      go({ name: 'connected', session: state.session, connectionId });
    },
    block(isBlocked) {
      const blocked = isBlocked ? ('autoplay' as const) : undefined;
      go(compact({ ...playing(), blocked }));
    },
    end(ending) {
      const why = reasonAgainst(holder.state(), { name: 'ended', ...ending });
      if (why) throw new Error(why);
      finish(ending);
    },
    emit(event) {
      if (!release) throw new Error('No event comes while nothing is under way.');
      holder.guarded(() => options.onEvent?.({ ...event, at: now() }));
    },
    answerFind(found) {
      waiting();
      settleFinding(({ resolve }) => resolve(found));
    },
    failFind(ending) {
      waiting();
      settleFinding(({ reject }) => reject(ending));
    },
    force(state) {
      release?.();
      release = state.name === 'idle' || state.name === 'ended' ? undefined : () => undefined;
      session = 'session' in state ? state.session : session;
      connectionId = 'connectionId' in state ? state.connectionId : connectionId;
      holder.set(state);
    },
  };
}

/** A session as the player API shows it, for tests. @param at milliseconds since the epoch: when it was created. */
export function fakeSession(streamGroupId = 'sg-1AB2C3De4', at = Date.now()): StreamSession {
  return {
    streamGroupId,
    streamSessionId: 'a-stream-session',
    status: 'CONNECTED',
    createdAt: new Date(at).toISOString(),
    connectionTimeoutSeconds: 120,
  };
}
