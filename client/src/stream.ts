import { createSend, type GetAccessToken } from './api.ts';
import { findLive, resume, start } from './beginning.ts';
import { compact } from './compact.ts';
import { type Connecting, reconnect } from './connecting.ts';
import { endSession } from './end-session.ts';
import { type Environment, environmentOf } from './environment.ts';
import { RejoinError } from './error.ts';
import { isLost, type Line, openLine } from './line.ts';
import { budgetMs } from './policy.ts';
import { createRun, type Happening, type Run } from './run.ts';
import type { ClientConnection, GameLiftStreamsLike } from './sdk.ts';
import type { StartRequest, StreamSession } from './session.ts';
import type { ConnectedState, EndedState, StreamEvent, StreamState } from './state.ts';
import { createStateHolder } from './state-holder.ts';
import { holdTab } from './tab-lock.ts';
import { STALL_MS } from './timing.ts';

/** Endings after which there is no session to come back to. */
const GONE: readonly string[] = ['idle', 'terminated', 'session_ended', 'no_session', 'ended_by_player'];

/** What a stream is made of. */
export interface StreamOptions<Sdk extends GameLiftStreamsLike> {
  /** Base URL of the player API. */
  api: string;
  /** Where `start()` starts sessions. */
  streamGroupId: string;
  /**
   * Makes the Web SDK's object, with these callbacks in its `clientConnection`. Called for each connection, after the last one's
   * object was closed: make a new one, since a browser reports errors of a closed connection a moment later, and they must not
   * be taken for the next one's.
   */
  createGameLiftStreams(clientConnection: ClientConnection): Sdk;
  /**
   * A valid access token; asked for before each request and when a loss is suspected, so keep it at hand. `rejected` is one
   * that the API has just refused. Resolve with undefined where the player is signed out. A rejection is taken as passing trouble.
   */
  getAccessToken: GetAccessToken;
  /** Called with each new state, synchronously. */
  onState?(state: StreamState): void;
  /** Called with what happens, for a timeline. */
  onEvent?(event: StreamEvent): void;
  /** Whether to attach input on each connection; otherwise that is the page's to do. Default true. */
  attachInput?: boolean;
  /** Replaces parts of the browser, for tests. */
  environment?: Partial<Environment>;
}

/** Aborting ends the effort and, later, the stream; the session lives. */
export interface Abortable {
  signal?: AbortSignal | undefined;
}

/** How to resume. */
export interface ResumeOptions extends Abortable {
  /** Takes the stream from whoever has it: another device or another tab of the player. */
  insist?: boolean;
  /**
   * The newest connection that the page has seen, where it kept that over a reload. Then a device that has connected since is left in
   * peace (`taken_over`). By default the one that this object made, if it did.
   */
  previousConnectionId?: string;
}

/** A player's stream: at most one session, one connection and one request at a time. */
export interface Stream<Sdk> {
  /** The same object until something changes. */
  readonly state: StreamState;
  /** The Web SDK's object of the present connection, for input and application messages. */
  readonly sdk: Sdk | undefined;
  /** Calls the listener with each new state. Returns what ends that. */
  subscribe(listener: (state: StreamState) => void): () => void;
  /** The player's newest live session, to offer a way back to it. @throws RejoinError */
  find(options?: Abortable): Promise<StreamSession | undefined>;
  /** Starts a session; resolves when media flows or nothing more can be tried. While something is under way it joins that. */
  start(request?: StartRequest, options?: Abortable): Promise<ConnectedState | EndedState>;
  /** Comes back to the player's newest live session, on any device; resolves as `start` does. */
  resume(options?: ResumeOptions): Promise<ConnectedState | EndedState>;
  /** Ends the session for good, this stream's or else the player's newest. */
  end(options?: Abortable): Promise<ConnectedState | EndedState>;
  /** Leaves: nothing of this object runs any more, and the session lives. */
  close(): void;
}

/** Makes a stream; nothing happens before `start()` or `resume()`. @throws TypeError where `api` is no URL. */
export function createStream<Sdk extends GameLiftStreamsLike>(options: StreamOptions<Sdk>): Stream<Sdk> {
  const env = environmentOf(options.environment);
  const send = createSend(options.api, options.getAccessToken, env);
  const holder = createStateHolder(options.onState);
  const finding = new Set<Run>();
  /** The run that the state tells of. */
  let active: Run | undefined;
  let line: Line<Sdk> | undefined;
  /** What the last run knew of its session. */
  let known: Pick<Run, 'session' | 'connectionId'> = { session: undefined, connectionId: undefined };
  let stallMs = STALL_MS;

  function tell(event: Happening): void {
    holder.guarded(() => options.onEvent?.({ ...event, at: env.now() }));
  }

  function closeLine(): void {
    const closing = line;
    line = undefined;
    closing?.close();
  }

  /** Begins a run in the place of the one there is. Its end is shown, and unless it is silent all on the way. */
  function begin(outer: AbortSignal | undefined, isSilent: boolean, task: (run: Run) => Promise<void>): void {
    const replaced = active;
    const run = createRun({
      env,
      send,
      tell,
      set: isSilent ? undefined : holder.set,
      outer,
      over(ending) {
        if (active !== run) return;
        active = undefined;
        closeLine();
        const { session = known.session, connectionId } = run;
        if (run.session !== undefined) known = { session, connectionId };
        if (GONE.includes(ending.reason)) known = { session: undefined, connectionId: undefined };
        holder.set({ ...compact({ name: 'ended', session }), ...ending });
      },
    });
    active = run;
    replaced?.stop({ reason: 'closed' });
    closeLine();
    run.go(() => task(run));
  }

  /** Connects and keeps connected, unless something is under way already. */
  async function connected(
    signal: AbortSignal | undefined,
    insist: boolean,
    first: (on: Connecting<Sdk>) => Promise<Line<Sdk>>,
  ): Promise<ConnectedState | EndedState> {
    if (holder.state().name === 'ending') await holder.settled();
    if (active === undefined) {
      begin(signal, false, (run) => {
        const on: Connecting<Sdk> = {
          run,
          openLine: () => openLineOn(run),
          claim({ streamSessionId }) {
            const stolen = () => run.stop({ reason: 'taken_over', by: 'tab' });
            return holdTab(`rejoin:${streamSessionId}`, insist, run.signal, env, stolen);
          },
        };
        return keep(on, first(on));
      });
    }
    return holder.settled();
  }

  function openLineOn(run: Run): Line<Sdk> {
    const { signal } = run;
    signal.throwIfAborted();
    closeLine();
    line = openLine({
      createGameLiftStreams: options.createGameLiftStreams,
      env,
      signal,
      stallMs,
      goodbye: (reason) => run.stop({ reason }),
      suspected(silentMs) {
        run.tell({ name: 'suspected', silentMs });
        // A token that has to be fetched is fetched while nothing is decided yet.
        Promise.resolve({ signal })
          .then(options.getAccessToken)
          .catch(() => {});
      },
    });
    return line;
  }

  /** Keeps a stream connected, from its first connection on, until something ends the run. */
  async function keep(on: Connecting<Sdk>, first: Promise<Line<Sdk>>): Promise<never> {
    const { run } = on;
    for (let playing = await first; ; ) {
      // A line that plays was granted a connection to a session.
      const { session, connectionId } = run as Run & { session: StreamSession; connectionId: string };
      run.succeeded();
      attach(playing.sdk);
      run.signal.throwIfAborted();
      holder.set({ name: 'connected', session, connectionId });
      const { why, silentMs } = await playing.watch().catch((error) => {
        if (!run.signal.aborted && isLost(error)) return error;
        throw error;
      });
      if (why === 'stalled') stallMs *= 2;
      const lostAt = env.now() - silentMs;
      run.loss = { lostAt, why };
      run.tell({ name: 'lost', why, silentMs });
      run.within(budgetMs(session, lostAt, env.now()));
      playing = await reconnect(on, session);
    }
  }

  function attach(sdk: Sdk): void {
    if (options.attachInput === false) return;
    try {
      sdk.attachInput?.();
    } catch (error) {
      tell({ name: 'input_failed', error });
    }
  }

  return {
    get state() {
      return holder.state();
    },
    get sdk() {
      return line?.sdk;
    },
    subscribe: holder.subscribe,

    find: ({ signal } = {}) =>
      new Promise((resolve, reject) => {
        const run = createRun({
          env,
          send,
          outer: signal,
          over(ending) {
            finding.delete(run);
            reject(new RejoinError(ending));
          },
        });
        finding.add(run);
        run.go(async () => {
          resolve((await findLive(run))[0]);
          run.stop({ reason: 'closed' });
        });
      }),

    start: (request = {}, { signal } = {}) =>
      connected(signal, false, (on) => start(on, options.streamGroupId, request)),

    resume: ({ insist = false, previousConnectionId, signal } = {}) =>
      connected(signal, insist, (on) =>
        resume(on, ({ streamSessionId }) => {
          if (insist) return undefined;
          const isKnown = known.session?.streamSessionId === streamSessionId;
          return previousConnectionId ?? (isKnown ? known.connectionId : undefined);
        }),
      ),

    async end({ signal } = {}) {
      if (holder.state().name !== 'ending') {
        const { session } = active ?? known;
        begin(signal, true, (run) => {
          holder.set({ name: 'ending' });
          run.session = session;
          return endSession(run);
        });
      }
      return holder.settled();
    },

    close() {
      for (const run of [...finding, active]) run?.stop({ reason: 'closed' });
    },
  };
}
