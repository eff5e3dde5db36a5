import {
  type ClientConnection,
  createStream,
  type EndedState,
  type Environment,
  type GameLiftStreamsLike,
  type GetAccessToken,
  RejoinError,
  type StreamState,
} from '../../../client/src/index.ts';
import type { Emulator } from './emulator.ts';
import { counterOf } from './game.ts';
import { createLosingFetch } from './losing-fetch.ts';
import type { Remembered } from './memory.ts';
import { type Cut, DARK_SECONDS, type Model, SIGNED_OUT, sessionOf, type Trouble } from './model.ts';
import { newsOf } from './news.ts';
import { createRecovery } from './recovery.ts';
import { endingSentence } from './sentences.ts';

const CUTS: Record<Cut, string> = {
  blackhole: 'Cut: packets vanish',
  blackout: `Cut: dark for ${DARK_SECONDS} s`,
  close: 'Cut: clean close',
};

const HAVE_ONE = { news: 'You have a session to come back to.', failed: false };

/** Whether a stream ended so that its session is there to come back to, and nothing has gone wrong. */
function isWaiting(ending: EndedState): boolean {
  return (
    ending.reason === 'closed' || (ending.reason === 'refused' && ending.code === 'session_limit_reached')
  );
}

interface Parts<Sdk> {
  api: string;
  /** Where new sessions are started. */
  streamGroupId: string;
  application: string;
  /** Makes the Web SDK's object with these callbacks. */
  createSdk(clientConnection: ClientConnection & { applicationMessage(message: Uint8Array): void }): Sdk;
  getAccessToken: GetAccessToken;
  emulator: Emulator;
  /** Called with each new model. */
  changed(model: Model): void;
  /** The stream is lost, and its last picture still there. */
  lost(): void;
  /** What this tab knew of a session before it was reloaded. */
  remembered?: Remembered | undefined;
  environment?: Partial<Environment>;
}

/** One player's play in this tab: the client library keeps the stream, this tells the page about it. */
export function createPlay<Sdk extends GameLiftStreamsLike>(parts: Parts<Sdk>) {
  const { emulator, environment = {} } = parts;
  const now = environment.now ?? Date.now;
  const recovery = createRecovery();
  let model: Model = SIGNED_OUT;
  let remembered = parts.remembered;

  const losing = createLosingFetch(
    () => setTrouble({ losing: false }),
    environment.fetch as typeof fetch | undefined,
  );
  const stream = createStream({
    api: parts.api,
    streamGroupId: parts.streamGroupId,
    getAccessToken: parts.getAccessToken,
    environment: { ...environment, fetch: losing.fetch },
    createGameLiftStreams(clientConnection) {
      const sdk: Sdk = parts.createSdk({
        ...clientConnection,
        applicationMessage(message) {
          const counter = counterOf(message);
          // What an earlier connection still says is nothing that the present one has brought.
          if (counter === undefined || stream.sdk !== sdk) return;
          const lastReturn = recovery.told(counter);
          set({ counter, ...(lastReturn === undefined ? {} : { lastReturn, news: lastReturn }) });
        },
      });
      return sdk;
    },
    onEvent(event) {
      if (event.name === 'lost') {
        parts.lost();
        set({ lastReturn: undefined });
      }
      if (event.name === 'answered') set({ frames: 0 });
      recovery.happened(event, model.counter);
      set({ moments: recovery.moments() });
    },
    onState: show,
  });

  function set(change: Partial<Model>): void {
    model = { ...model, ...change };
    parts.changed(model);
  }

  function setTrouble(change: Partial<Trouble>): void {
    set({ trouble: { ...model.trouble, ...change } });
  }

  function show(state: StreamState): void {
    if (state.name === 'ended' && state.reason === 'signed_out') {
      signedOut(endingSentence(state));
      return;
    }
    if (state.name === 'connected') {
      const { session, connectionId } = state;
      remembered = { streamSessionId: session.streamSessionId, connectionId, playing: true };
    }
    const found = state.name === 'ended' && isWaiting(state) ? state.session : undefined;
    set({ stream: state, found, ...newsOf(state, now()) });
  }

  function signedOut(news: string): void {
    stream.close();
    recovery.forget();
    model = SIGNED_OUT;
    set({ news, failed: news !== '' });
  }

  /** Asks for a connection as the player wishes; how it goes is told by states. */
  async function connect(isReturn: boolean, ask: () => Promise<unknown>): Promise<void> {
    const session = sessionOf(model);
    const known = remembered?.streamSessionId === session?.streamSessionId ? remembered?.counter : undefined;
    recovery.wish(now(), model.counter ?? known, isReturn);
    set({
      found: undefined,
      moments: [],
      lastReturn: undefined,
      ...(isReturn ? {} : { counter: undefined }),
    });
    await ask();
    await look();
  }

  /** What the emulator has been told to do to this session, perhaps by another tab. */
  async function look(): Promise<void> {
    setTrouble(await emulator.trouble(sessionOf(model)));
  }

  /** Does something that the emulator may refuse; a refusal is news. */
  async function trying(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      set({ news: error instanceof Error ? error.message : String(error), failed: true });
    }
  }

  /** Turns a switch over, and back where that can't be done. */
  const switching = (name: keyof Trouble, on: boolean, act: () => Promise<void>) =>
    trying(async () => {
      setTrouble({ [name]: on });
      await act().catch((error) => {
        setTrouble({ [name]: !on });
        throw error;
      });
    });

  return {
    stream,
    /** Somebody has signed in: comes back to what this tab played before a reload, or offers the session there may be. */
    async begin(player: string): Promise<void> {
      set({ player, stream: { name: 'idle' }, news: 'Looking for your session.', failed: false });
      try {
        const found = await stream.find();
        set({ found, news: '', ...(found && HAVE_ONE) });
        await trying(look);
        const { playing, streamSessionId, connectionId } = remembered ?? {};
        if (!playing || streamSessionId !== found?.streamSessionId) return;
        await connect(true, () =>
          stream.resume(connectionId === undefined ? {} : { previousConnectionId: connectionId }),
        );
      } catch (error) {
        if (!(error instanceof RejoinError)) throw error;
        if (error.ending.reason === 'signed_out') signedOut(endingSentence(error.ending));
        else set({ news: `${endingSentence(error.ending)} Reload the page to try again.`, failed: true });
      }
    },
    signedOut,
    start: () =>
      trying(() => connect(false, () => stream.start({ applicationIdentifier: parts.application }))),
    resume: () => trying(() => connect(true, () => stream.resume())),
    insist: () => trying(() => connect(true, () => stream.resume({ insist: true }))),
    /** Leaves the stream; the session lives. */
    leave: () => stream.close(),
    end: () => trying(async () => void (await stream.end())),
    cut: (how: Cut) =>
      trying(async () => {
        const session = sessionOf(model);
        if (session === undefined || model.stream.name !== 'connected') return;
        recovery.cut(CUTS[how], now());
        const news = 'The connection has been cut. The page must find out by itself.';
        set({ moments: recovery.moments(), lastReturn: undefined, news, failed: false });
        await emulator.cut(session, how).catch((error) => {
          recovery.forget();
          set({ moments: [] });
          throw error;
        });
      }),
    slow: (on: boolean) =>
      switching('slow', on, async () => {
        const session = sessionOf(model);
        if (session !== undefined) await emulator.slow(session, on);
      }),
    throttle: (on: boolean) => switching('throttled', on, () => emulator.throttle(on)),
    lose(next: boolean): void {
      losing.lose(next);
      setTrouble({ losing: next });
    },
    /** What this tab should know on its next visit. */
    known(): Remembered | undefined {
      const session = sessionOf(model);
      if (session === undefined) return undefined;
      const { stream: state, counter } = model;
      const connectionId = state.name === 'connected' ? state.connectionId : remembered?.connectionId;
      return {
        streamSessionId: session.streamSessionId,
        playing: ['connecting', 'connected', 'reconnecting'].includes(state.name),
        ...(connectionId === undefined ? {} : { connectionId }),
        ...(counter === undefined ? {} : { counter }),
      };
    },
    frames: (frames: number) => {
      if (frames !== model.frames) set({ frames });
    },
  };
}
