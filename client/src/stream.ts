import { createApiClient, type GetAccessToken } from './api-client.ts';
import { type AttemptResult, type Lost, runAttempt } from './attempt.ts';
import { compact } from './compact.ts';
import { type Connection, openConnection } from './connection.ts';
import type { StartRequest, StreamSession } from './contract.ts';
import { endSession } from './end-session.ts';
import { type Environment, environmentOf } from './environment.ts';
import { RejoinError } from './error.ts';
import { type FirstConnectionParts, findLive, resume, start } from './first-connection.ts';
import { createInput } from './input.ts';
import { createRecoveryReports } from './recovery-reports.ts';
import { createRequests } from './requests.ts';
import { createScope, type Scope } from './scope.ts';
import type { ClientConnection, ConnectionAbout, GameLiftStreamsLike, VideoElementLike } from './sdk.ts';
import { outcomeOf, sleep } from './signals.ts';
import type { ConnectedState, Ended, EndedState, EventDetails, StreamEvent, StreamState } from './state.ts';
import { isGone } from './state.ts';
import { createStateHolder } from './state-holder.ts';
import { holdTab } from './tab-lock.ts';
import { BLOCKED_AFTER_MS, FIND_WITHIN_MS, MAX_STALL_MS, STALL_MS, TOKEN_WITHIN_MS } from './timing.ts';

/** What a stream is made of. */
export interface StreamOptions<Sdk extends GameLiftStreamsLike> {
  /** Base URL of the player API. */
  api: string;
  /** Where `start()` starts sessions. */
  streamGroupId: string;
  /**
   * Makes the Web SDK's object, with these callbacks in its `clientConnection`. Called for each connection: make a new one, since a
   * browser reports errors of a closed connection a moment later, and they must not be taken for the next one's.
   *
   * The last one's object may still be open. After a loss a second object makes an offer while the first may come back, so two of them
   * share the elements for a while; the picture changes hands when the answer is applied, and the first object is closed then. There
   * are never more than two. `stream.sdk` is the one that has the elements.
   *
   * It may return a promise, for example to enable a microphone first.
   */
  createGameLiftStreams(clientConnection: ClientConnection, about: ConnectionAbout): Sdk | PromiseLike<Sdk>;
  /**
   * The video element, or a function that finds it. With it, `first_frame` means that a frame was shown, and the state says when the browser
   * waits for a click (`blocked`).
   */
  videoElement?: VideoElementLike | (() => VideoElementLike | null | undefined) | undefined;
  /**
   * A valid access token; asked for before each request and when a loss is suspected, so keep it at hand. `rejected` is one
   * that the API has just refused. Resolve with undefined where the player is signed out. A rejection is taken as passing trouble.
   */
  getAccessToken: GetAccessToken;
  /** Called with each new state, synchronously. */
  onState?: ((state: StreamState) => void) | undefined;
  /** Called with what happens, for a timeline. */
  onEvent?: ((event: StreamEvent) => void) | undefined;
  /**
   * Whether to attach input on each connection, and to detach it while the stream is lost; otherwise that is the page's to do, by the
   * state. Default true.
   */
  attachInput?: boolean | undefined;
  /** Replaces parts of the browser, for tests. */
  environment?: Partial<Environment> | undefined;
}

/** Aborting ends the effort and, later, the stream; the session lives. */
export interface Abortable {
  signal?: AbortSignal | undefined;
}

/** How to start. */
export interface StartOptions extends Abortable {
  /**
   * Ends the player's session first, this stream's or else the newest, and then starts. It also stops what this object does. Where the
   * end fails, nothing is started.
   */
  replace?: boolean | undefined;
}

/** How to resume. */
export interface ResumeOptions extends Abortable {
  /**
   * Takes the stream from the player's other device or tab. It also stops what this object does: it closes a connection that plays, and
   * makes a new one.
   */
  insist?: boolean | undefined;
  /**
   * The newest connection that the page has seen, where it kept that over a reload. Then a device that has connected since is left in
   * peace (`taken_over`). By default the one that this object made, if it did.
   */
  previousConnectionId?: string | undefined;
}

/** A player's stream: at most one session, one connection that plays and one request at a time. */
export interface Stream<Sdk> {
  /** The same object until something changes. */
  readonly state: StreamState;
  /** The Web SDK's object of the connection that has the elements, for input and application messages. */
  readonly sdk: Sdk | undefined;
  /** Calls the listener with each new state. Returns what ends that. */
  subscribe(listener: (state: StreamState) => void): () => void;
  /** The player's newest live session, to offer a way back to it. @throws RejoinError */
  find(options?: Abortable): Promise<StreamSession | undefined>;
  /** Starts a session; resolves when media flows or nothing more can be tried. While something is under way it joins that. */
  start(request?: StartRequest, options?: StartOptions): Promise<ConnectedState | EndedState>;
  /** Comes back to the player's newest live session, on any device; resolves as `start` does. */
  resume(options?: ResumeOptions): Promise<ConnectedState | EndedState>;
  /** Ends the session for good, this stream's or else the player's newest. */
  end(options?: Abortable): Promise<ConnectedState | EndedState>;
  /** Leaves: this object stops all its work, and the session lives. */
  close(): void;
}

/** Makes a stream; nothing happens before `start()` or `resume()`. @throws TypeError that says what is wrong with `api`. */
export function createStream<Sdk extends GameLiftStreamsLike>(options: StreamOptions<Sdk>): Stream<Sdk> {
  const env = environmentOf(options.environment);
  const { send, tell } = createApiClient(options.api, options.getAccessToken, env);
  const reports = createRecoveryReports(env, tell);
  const holder = createStateHolder((state) => {
    reports.saw(state);
    options.onState?.(state);
  });
  const api = { isOld: false };
  const finding = new Set<Scope>();
  /** The scope that the state shows. */
  let active: Scope | undefined;
  /** The connection that owns the elements. */
  let connection: Connection<Sdk> | undefined;
  /** The stream's session and newest connection, as far as they are known. */
  let known: { session?: StreamSession; connectionId?: string | undefined } = {};
  let stallMs = STALL_MS;

  function emit(event: EventDetails): void {
    holder.guarded(() => options.onEvent?.({ ...event, at: env.now() }));
  }

  const videoOf = () =>
    typeof options.videoElement === 'function' ? options.videoElement() : options.videoElement;

  /** The connected state. AWS's status may be older than the connection, so the session's status is CONNECTED. */
  function playing(state: ConnectedState, video: VideoElementLike | null | undefined): ConnectedState {
    const session = { ...state.session, status: 'CONNECTED' as const };
    return compact({ ...state, session, blocked: video?.paused ? ('autoplay' as const) : undefined });
  }

  /** Replaces the active scope by a new one, and shows its end. */
  function begin(outer: AbortSignal | undefined, task: (scope: Scope) => Promise<void>): void {
    const replaced = active;
    const scope = createScope({
      env,
      emit,
      outer,
      ended(ending) {
        if (active !== scope) return;
        active = connection = undefined;
        const { session } = known;
        if (isGone(ending)) known = {};
        holder.set({ ...compact({ name: 'ended', session }), ...ending });
      },
    });
    active = scope;
    connection = undefined;
    replaced?.end({ reason: 'closed' });
    if (outer?.aborted) scope.end({ reason: 'aborted' });
    // A rejection is a defect, of this library or of the page's SDK.
    else task(scope).catch((error) => scope.end({ reason: 'failed', error }));
    // The API is asked for something anyway.
    reports.flush();
  }

  /** Connects and stays connected, or joins what runs already. */
  async function connected(
    outer: AbortSignal | undefined,
    insist: boolean,
    first: (parts: FirstConnectionParts<Sdk>) => Promise<AttemptResult<Sdk>>,
  ): Promise<ConnectedState | EndedState> {
    if (holder.state().name === 'ending') await holder.settled();
    if (!active || insist) {
      begin(outer, (scope) => {
        const parts = partsOf(scope, insist);
        return keep(scope, parts, first(parts));
      });
    }
    return holder.settled();
  }

  function partsOf(scope: Scope, insist: boolean): FirstConnectionParts<Sdk> {
    const { signal } = scope;
    const again = () => {
      const state = holder.state();
      if (state.name === 'connected') parts.show(state);
    };
    const parts: FirstConnectionParts<Sdk> = {
      scope,
      send,
      input: createInput(options.attachInput !== false, scope),
      api,
      open: (attempt, why) =>
        openConnection({
          create(callbacks) {
            const previous: GameLiftStreamsLike | undefined = connection?.sdk;
            return options.createGameLiftStreams(callbacks, compact({ attempt, why, previous }));
          },
          env,
          signal,
          stallMs: () => stallMs,
          ended: (reason) => scope.end({ reason }),
          died: scope.wake,
          suspected(silentMs) {
            scope.emit({ name: 'suspected', silentMs });
            // If a new token is needed, it is fetched before the loss is certain.
            const limits = { env, signal, ms: TOKEN_WITHIN_MS };
            outcomeOf((taskSignal) => options.getAccessToken({ signal: taskSignal }), limits);
          },
        }),
      async claim({ streamSessionId }) {
        const stolen = () => scope.end({ reason: 'taken_over', by: 'tab' });
        const isHeld = await holdTab(`rejoin:${streamSessionId}`, insist, signal, env, stolen);
        return isHeld ? undefined : { reason: 'held_by_tab' };
      },
      show(state) {
        if (signal.aborted) return;
        if (state.name !== 'connected') return holder.set(state);
        const isNew = holder.state().name !== 'connected';
        const video = videoOf();
        // The element begins to play a moment after its first frame, if it may.
        holder.set(playing(state, isNew ? undefined : video));
        if (!isNew || !video) return;
        sleep(BLOCKED_AFTER_MS, { env, signal }).then(again);
        // The same listener is added once, however often.
        for (const type of ['play', 'pause']) video.addEventListener(type, again, { signal });
      },
      learned(session, connectionId) {
        known = { session, connectionId };
      },
      took(taker) {
        connection = taker;
      },
      shown(then) {
        const video = videoOf();
        if (video?.requestVideoFrameCallback) video.requestVideoFrameCallback(then);
        else then();
      },
      stalled() {
        stallMs = Math.min(MAX_STALL_MS, 2 * stallMs);
      },
    };
    return parts;
  }

  /** Keeps a stream connected, from its first connection until the scope ends. */
  async function keep(
    scope: Scope,
    parts: FirstConnectionParts<Sdk>,
    first: Promise<AttemptResult<Sdk>>,
  ): Promise<void> {
    for (let result = await first; ; ) {
      if (result.kind === 'ended') return end(scope, result);
      const { session, connectionId, connection: playing } = result;
      parts.show({ name: 'connected', session, connectionId });
      const lost = await watch(scope, playing);
      result = await runAttempt({
        ...parts,
        session,
        connectionId: known.connectionId,
        lost: { ...lost, connection: playing, connectionId },
      });
    }
  }

  /** Watches a playing connection until it is lost. */
  async function watch(scope: Scope, playing: Connection<Sdk>): Promise<Lost> {
    for (;;) {
      await scope.wait(playing.nextSampleMs());
      const sample = playing.death ? undefined : await playing.sample(true);
      if (playing.death) return { why: playing.death, silentMs: 0 };
      if (sample?.loss) return { why: sample.loss, silentMs: sample.silentMs };
    }
  }

  /** Ends this session, or else the player's newest, before another one begins. */
  async function endKnown(scope: Scope, session: StreamSession | undefined): Promise<Ended> {
    const ended = await endSession(scope, send, session);
    if (isGone(ended.ending)) known = {};
    return ended;
  }

  function end(scope: Scope, { ending, session }: Ended): void {
    if (session && !scope.signal.aborted) known = { session };
    scope.end(ending);
  }

  return {
    get state() {
      return holder.state();
    },
    get sdk() {
      return connection?.sdk;
    },
    subscribe: holder.subscribe,

    find: ({ signal } = {}) =>
      new Promise((resolve, reject) => {
        const scope = createScope({
          env,
          emit() {},
          outer: signal,
          ended(ending) {
            finding.delete(scope);
            reject(new RejoinError(ending));
          },
        });
        finding.add(scope);
        if (signal?.aborted) scope.end({ reason: 'aborted' });
        scope.limit(FIND_WITHIN_MS);
        findLive(createRequests(scope, send)).then((found) => {
          if (found.kind === 'answer') resolve(found.value[0]);
          scope.end(found.kind === 'ended' ? found.ending : { reason: 'closed' });
        }, reject);
      }),

    start: (request = {}, { replace = false, signal } = {}) => {
      const { session } = known;
      return connected(signal, replace, (parts) =>
        start(parts, options.streamGroupId, request, replace && (() => endKnown(parts.scope, session))),
      );
    },

    resume: ({ insist = false, previousConnectionId, signal } = {}) =>
      connected(signal, insist, (parts) =>
        resume(parts, ({ streamSessionId }) => {
          if (insist) return undefined;
          if (previousConnectionId || known.session?.streamSessionId !== streamSessionId)
            return previousConnectionId;
          return known.connectionId;
        }),
      ),

    async end({ signal } = {}) {
      if (holder.state().name !== 'ending') {
        const { session } = known;
        begin(signal, async (scope) => {
          holder.set({ name: 'ending' });
          end(scope, await endSession(scope, send, session));
        });
      }
      return holder.settled();
    },

    close() {
      for (const scope of [...finding, active]) scope?.end({ reason: 'closed' });
      reports.flush();
    },
  };
}
