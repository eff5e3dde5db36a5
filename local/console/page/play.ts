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
import { type Cut, DARK_SECONDS, type InjectedFaults, type Model, SIGNED_OUT, sessionOf } from './model.ts';
import { newsOf } from './news.ts';
import { createRecovery } from './recovery.ts';
import { endingSentence } from './sentences.ts';

const CUTS: Record<Cut, string> = {
  blackhole: 'Cut: packets vanish',
  blackout: `Cut: dark for ${DARK_SECONDS} s`,
  close: 'Cut: clean close',
};

const SESSION_FOUND = { news: 'You have a session to come back to.', failed: false };

/** Whether a stream ended without a failure, and its session waits for the player. */
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
  /** Absent where the page plays against AWS: then nothing can be injected. */
  emulator?: Emulator | undefined;
  /** Called with each new model. */
  changed(model: Model): void;
  /** Called when the stream is lost, while its last picture still shows. */
  lost(): void;
  /** What this tab remembers of a session from before a reload. */
  remembered?: Remembered | undefined;
  environment?: Partial<Environment>;
}

/** One player's stream in this tab. The client library keeps the stream; this makes the page's model of it. */
export function createPlay<Sdk extends GameLiftStreamsLike>(parts: Parts<Sdk>) {
  const { emulator, environment = {} } = parts;
  const now = environment.now ?? Date.now;
  const recovery = createRecovery();
  let model: Model = SIGNED_OUT;
  let remembered = parts.remembered;

  const losing = createLosingFetch(
    () => setFaults({ losing: false }),
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
          // Ignores a late message of an earlier connection.
          if (counter === undefined || stream.sdk !== sdk) return;
          const lastReturn = recovery.counterSeen(counter);
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
      const lastReturn = recovery.addEvent(event, model.counter);
      set({
        moments: recovery.moments(),
        ...(lastReturn === undefined ? {} : { lastReturn, news: lastReturn }),
      });
    },
    onState: show,
  });

  function set(change: Partial<Model>): void {
    model = { ...model, ...change };
    parts.changed(model);
  }

  function setFaults(change: Partial<InjectedFaults>): void {
    set({ faults: { ...model.faults, ...change } });
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

  /** Connects. The states of the stream show how it goes. @param isReturn whether the session has been played before */
  async function connect(isReturn: boolean, request: () => Promise<unknown>): Promise<void> {
    const session = sessionOf(model);
    const known = remembered?.streamSessionId === session?.streamSessionId ? remembered?.counter : undefined;
    recovery.connect(now(), model.counter ?? known, isReturn);
    set({
      found: undefined,
      moments: [],
      lastReturn: undefined,
      ...(isReturn ? {} : { counter: undefined }),
    });
    await request();
    await readFaults();
  }

  /** Shows the faults that are switched on already, perhaps by another tab. */
  async function readFaults(): Promise<void> {
    if (emulator !== undefined) setFaults(await emulator.injectedFaults(sessionOf(model)));
  }

  /** Does something that the emulator may refuse. A refusal is shown as news. */
  async function trying(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      set({ news: error instanceof Error ? error.message : String(error), failed: true });
    }
  }

  /** Sets a switch, and sets it back when that fails. */
  const switching = (name: keyof InjectedFaults, on: boolean, act: () => Promise<void>) =>
    trying(async () => {
      setFaults({ [name]: on });
      await act().catch((error) => {
        setFaults({ [name]: !on });
        throw error;
      });
    });

  return {
    stream,
    /** After sign-in: reconnects to the session that this tab played before a reload, or offers the player's live session. */
    async begin(player: string): Promise<void> {
      set({
        player,
        looking: true,
        stream: { name: 'idle' },
        news: 'Looking for your session.',
        failed: false,
      });
      try {
        const found = await stream.find();
        set({ looking: false, found, news: '', ...(found && SESSION_FOUND) });
        await trying(readFaults);
        const { playing, streamSessionId, connectionId } = remembered ?? {};
        if (!playing || streamSessionId !== found?.streamSessionId) return;
        await connect(true, () =>
          stream.resume(connectionId === undefined ? {} : { previousConnectionId: connectionId }),
        );
      } catch (error) {
        if (!(error instanceof RejoinError)) throw error;
        if (error.ending.reason === 'signed_out') signedOut(endingSentence(error.ending));
        else
          set({
            looking: false,
            news: `${endingSentence(error.ending)} Reload the page to try again.`,
            failed: true,
          });
      }
    },
    signedOut,
    start: () =>
      trying(() => connect(false, () => stream.start({ applicationIdentifier: parts.application }))),
    resume: () => trying(() => connect(true, () => stream.resume())),
    insist: () => trying(() => connect(true, () => stream.resume({ insist: true }))),
    /** Leaves the stream. The session lives on. */
    leave: () => stream.close(),
    end: () => trying(async () => void (await stream.end())),
    cut: (how: Cut) =>
      trying(async () => {
        const session = sessionOf(model);
        if (emulator === undefined || session === undefined || model.stream.name !== 'connected') return;
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
        if (session !== undefined) await emulator?.slow(session, on);
      }),
    throttle: (on: boolean) => switching('throttled', on, async () => emulator?.throttle(on)),
    lose(next: boolean): void {
      losing.lose(next);
      setFaults({ losing: next });
    },
    /** What this tab should remember for its next visit. */
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
