import type { Api, Offer, StreamSession } from './api.ts';
import { createAsking, RefusedError } from './asking.ts';
import { counterOf, returnSentence } from './game.ts';
import { type Cut, type Model, SIGNED_OUT } from './model.ts';
import { sleep } from './sleep.ts';
import type { Stream, StreamEvents } from './stream.ts';
import type { Moment } from './timeline.ts';
import { createWatch, LOOK_EVERY_MS } from './watch.ts';
import { endingSentence, goodbyeSentence } from './words.ts';

interface Parts {
  api: Api;
  /** Where new sessions are started. */
  streamGroupId: string;
  application: string;
  createStream(events: StreamEvents): Stream;
  /** Asks the emulator to cut the session's connection; throws with a sentence. */
  cutConnection(session: StreamSession, how: Cut): Promise<void>;
  /** Called with each new model. */
  changed(model: Model): void;
  /** What this tab knew of a session before it was reloaded. */
  remembered?: { streamSessionId: string; counter: number } | undefined;
}

const FRAME_WITHIN_MS = 10_000;
const FRAME_EVERY_MS = 40;

/** AWS takes up to ten minutes to place a session on demand. */
const START_WITHIN_MS = 600_000;

/** AWS counts a session's patience from when it notices the loss, which may be this much after the page did. */
const NOTICED_LATER_MS = 30_000;

const END_WITHIN_MS = 30_000;

/**
 * One player's play in this tab: start, watch, come back, end. There is at most one attempt at a time, and what an
 * overtaken attempt still learns is dropped by its aborted signal.
 */
export function createPlay(parts: Parts) {
  let model: Model = SIGNED_OUT;
  let attempt = new AbortController();
  let stream: Stream | undefined;
  let watching: ReturnType<typeof setInterval> | undefined;
  let watch = createWatch(0);
  let connectionId: string | undefined;
  let cutPending = false;
  /** On the current connection: whether the game has told its counter, and whether the browser gave up on it. */
  let seen = { counter: false, broken: false };
  let returning: { since: number; before: number | undefined; frameAt?: number } | undefined;

  const asking = createAsking({
    ...parts,
    freshOffer,
    mark,
    waiting: (news, waitUntil) =>
      set(news === undefined ? { waitUntil } : { news, failed: false, waitUntil }),
  });

  function set(change: Partial<Model>): void {
    model = { ...model, ...change };
    parts.changed(model);
  }

  function mark(kind: Moment['kind'], label: string, detail?: string): void {
    const moment = { kind, label, at: Date.now(), ...(detail === undefined ? {} : { detail }) };
    set({ moments: [...model.moments, moment] });
  }

  /** Leaves the connection; the session is not told. */
  function leave(): void {
    attempt.abort();
    clearInterval(watching);
    stream?.close();
    stream = undefined;
  }

  async function freshOffer(signal: AbortSignal): Promise<Offer> {
    stream?.close();
    seen = { counter: false, broken: false };
    set({ frames: 0 });
    stream = parts.createStream(eventsOf(signal, seen));
    const signalRequest = await stream.generateSignalRequest();
    signal.throwIfAborted();
    return { signalRequest, idempotencyKey: crypto.randomUUID() };
  }

  /** Events count only while their connection is the current one. */
  function eventsOf(signal: AbortSignal, on: typeof seen): StreamEvents {
    const stale = () => signal.aborted || on !== seen;
    const broke = (why: string) => {
      if (stale()) return;
      on.broken = true;
      lost(why);
    };
    return {
      connectionState: (state) => {
        if (['disconnected', 'failed', 'closed'].includes(state)) broke(`the browser says ${state}`);
      },
      channelError: () => broke('a data channel failed'),
      serverDisconnect: (reason) => {
        if (!stale()) ended(goodbyeSentence(reason));
      },
      applicationMessage: (message) => {
        if (stale()) return;
        watch.sign(Date.now());
        const counter = counterOf(message);
        if (counter === undefined) return;
        on.counter = true;
        set({ counter });
        finishReturn();
      },
    };
  }

  async function connect(state: 'connecting' | 'reconnecting', news: string): Promise<void> {
    leave();
    attempt = new AbortController();
    const { signal } = attempt;
    const patience = model.session && model.session.connectionTimeoutSeconds * 1000 + NOTICED_LATER_MS;
    const deadline = Date.now() + (patience ?? START_WITHIN_MS);
    set({ state, news, failed: false, takenOver: false, waitUntil: undefined });
    try {
      do {
        const wish = { session: model.session, connectionId, signal, deadline };
        const answer = await asking.connection(wish);
        connectionId = answer.connectionId ?? connectionId;
        set({ session: answer.streamSession });
        const signalResponse = await asking.signalResponse(answer, wish);
        mark('answered', 'Answered');
        if (await firstFrame(signalResponse, signal)) return playing(signal);
        mark('wait', 'No picture came', 'Trying again with a new offer.');
      } while (Date.now() < deadline);
      throw new Error('The API answered, but no picture came. Press Reconnect to try again.');
    } catch (error) {
      if (!signal.aborted) await failed(error);
    }
  }

  async function firstFrame(signalResponse: string, signal: AbortSignal): Promise<boolean> {
    await stream?.processSignalResponse(signalResponse);
    const until = Date.now() + FRAME_WITHIN_MS;
    while (Date.now() < until && !seen.broken) {
      signal.throwIfAborted();
      if (((await stream?.framesDecoded()) ?? 0) > 0) return true;
      await sleep(FRAME_EVERY_MS, signal);
    }
    return false;
  }

  function playing(signal: AbortSignal): void {
    mark('frame', 'First frame');
    if (returning !== undefined) returning.frameAt = Date.now();
    stream?.attachInput();
    watch = createWatch(Date.now());
    set({ state: 'connected', news: 'The stream plays.', failed: false });
    finishReturn();
    watching = setInterval(async () => {
      const frames = (await stream?.framesDecoded()) ?? 0;
      if (signal.aborted) return;
      if (frames !== model.frames) set({ frames });
      if (watch.look(Date.now(), frames)) lost('neither picture nor message for 1.5 s');
    }, LOOK_EVERY_MS);
  }

  /** A return is told once both have come: the first picture, and the counter that proves it is the same game. */
  function finishReturn(): void {
    if (returning?.frameAt === undefined || !seen.counter || model.counter === undefined) return;
    const seconds = (returning.frameAt - returning.since) / 1000;
    const lastReturn = returnSentence(seconds, returning.before, model.counter);
    returning = undefined;
    set({ lastReturn, news: lastReturn });
  }

  function lost(why: string): void {
    if (model.state !== 'connected') return;
    if (!cutPending) set({ moments: [] });
    cutPending = false;
    mark('noticed', 'Loss noticed', why);
    returning = { since: model.moments[0]?.at ?? Date.now(), before: model.counter };
    leave();
    set({ state: 'lost', news: `The stream is lost: ${why}.`, failed: true, lastReturn: undefined });
    if (model.automatic) void connect('reconnecting', 'The stream is lost. Coming back to the session.');
  }

  function ended(news: string): void {
    leave();
    returning = undefined;
    connectionId = undefined;
    set({ state: 'ended', session: undefined, news, failed: false, waitUntil: undefined, takenOver: false });
  }

  function signedOut(news: string): void {
    leave();
    model = { ...SIGNED_OUT, automatic: model.automatic };
    set({ news, failed: news !== '' });
  }

  async function failed(error: unknown): Promise<void> {
    leave();
    const refusal = error instanceof RefusedError ? error.refusal : undefined;
    const news = error instanceof Error ? error.message : String(error);
    if (refusal?.code === 'stream_session_ended') return ended(endingSentence(refusal.statusReason));
    if (refusal?.code === 'stream_session_not_found') {
      return ended('The session is gone. Start a new one to play again.');
    }
    if (error instanceof Error && error.name === 'SignedOutError') return signedOut(news);
    const state = model.session === undefined ? 'ready' : 'lost';
    set({ state, news, failed: true, waitUntil: undefined, takenOver: refusal?.code === 'taken_over' });
    if (refusal?.code === 'session_limit_reached') set(await foundSession());
  }

  /** Looks for a session to come back to; the newest, if a deployer allows several. */
  async function foundSession(): Promise<Partial<Model>> {
    const answer = await parts.api.mine();
    if ('refusal' in answer)
      return { news: `${answer.refusal.detail} Reload the page to try again.`, failed: true };
    const [session] = answer.body.streamSessions.toSorted((a, b) => b.createdAt.localeCompare(a.createdAt));
    if (session === undefined) return {};
    return { session, news: 'You have a session to come back to.', failed: false };
  }

  async function reconnect(): Promise<void> {
    if (model.state !== 'lost' || model.takenOver) return;
    await connect('reconnecting', 'Coming back to your session.');
  }

  return {
    /** Somebody has signed in: offers the session there may be. */
    async begin(player: string): Promise<void> {
      try {
        set({ ...(await foundSession()), state: 'ready', player });
      } catch (error) {
        set({ player });
        await failed(error);
      }
    },
    signedOut,
    async start(): Promise<void> {
      if (model.state !== 'ready' && model.state !== 'ended') return;
      connectionId = undefined;
      returning = undefined;
      set({ session: undefined, counter: undefined, lastReturn: undefined, moments: [] });
      await connect('connecting', 'Asking for a session.');
    },
    /** Comes back on the player's word, whoever has the session now. */
    async resume(): Promise<void> {
      const { session, counter, state } = model;
      if (session === undefined || (state !== 'ready' && state !== 'lost')) return;
      connectionId = undefined;
      const { remembered } = parts;
      const known = remembered?.streamSessionId === session.streamSessionId ? remembered.counter : undefined;
      returning = { since: Date.now(), before: counter ?? known };
      set({ moments: [], lastReturn: undefined });
      await connect('reconnecting', 'Coming back to your session.');
    },
    reconnect,
    async cut(how: Cut): Promise<void> {
      const { session, state } = model;
      if (session === undefined || state !== 'connected') return;
      cutPending = true;
      set({
        moments: [],
        news: 'The connection has been cut. The page must find out by itself.',
        failed: false,
      });
      mark('cut', how === 'blackhole' ? 'Cut: packets vanish' : 'Cut: clean close');
      try {
        await parts.cutConnection(session, how);
      } catch (error) {
        cutPending = false;
        set({ moments: [], news: error instanceof Error ? error.message : String(error), failed: true });
      }
    },
    async end(): Promise<void> {
      const { session, state } = model;
      if (session === undefined) return;
      if (state !== 'connected') leave();
      set({ news: 'Ending the session.', failed: false });
      try {
        await asking.end(session, {
          signal: new AbortController().signal,
          deadline: Date.now() + END_WITHIN_MS,
        });
        ended('You ended the session.');
      } catch (error) {
        await failed(error);
      }
    },
    setAutomatic(automatic: boolean): void {
      set({ automatic });
      if (automatic) void reconnect();
    },
    leave,
  };
}
