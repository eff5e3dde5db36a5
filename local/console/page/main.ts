import type { ConsoleConfig } from '../config.ts';
import { createApi } from './api.ts';
import { cutConnection } from './emulator.ts';
import { keepLastFrame } from './last-frame.ts';
import type { Model } from './model.ts';
import { createPlay } from './play.ts';
import { createSignIn } from './sign-in.ts';
import type { Stream, StreamEvents } from './stream.ts';
import { element, render } from './view.ts';
import { GameLiftStreams } from './web-sdk.ts';

const REMEMBERED = 'rejoin.remembered';

/** The countdown's pace. */
const TICK_MS = 250;

const config = (await (await fetch('/config.json')).json()) as ConsoleConfig;
const signIn = createSignIn(config);
const api = createApi({ api: config.api, accessToken: signIn.accessToken });
const sound = new Audio();
/** Nothing is shown before the first news: a reload must not flash Sign in at a player who is signed in. */
let model: Model | undefined;

function createStream(events: StreamEvents): Stream {
  const video = element('stream', HTMLVideoElement);
  const sdk = new GameLiftStreams({
    videoElement: video,
    audioElement: sound,
    clientConnection: events,
  });
  return {
    generateSignalRequest: () => sdk.generateSignalRequest(),
    processSignalResponse: (signalResponse) => sdk.processSignalResponse(signalResponse),
    attachInput: () => sdk.attachInput(),
    close() {
      keepLastFrame(video, element('last-frame', HTMLCanvasElement));
      sdk.close();
    },
    async framesDecoded() {
      for (const entry of (await sdk.getVideoRTCStats())?.values() ?? []) {
        if (entry.type === 'inbound-rtp') return Number(entry.framesDecoded ?? 0);
      }
      return 0;
    },
  };
}

const play = createPlay({
  api,
  streamGroupId: config.streamGroupId,
  application: config.application,
  createStream,
  cutConnection: (session, how) => cutConnection(config.gameLiftStreams, session, how),
  changed(next) {
    model = next;
    render(model, Date.now());
  },
  remembered: JSON.parse(sessionStorage.getItem(REMEMBERED) ?? 'null') ?? undefined,
});

/** What a button does; a failure becomes a sentence on the page. */
function onClick(id: string, act: () => unknown): void {
  element(id, HTMLButtonElement).addEventListener('click', async () => {
    try {
      await act();
    } catch (error) {
      play.signedOut(sentenceOf(error));
    }
  });
}

function sentenceOf(error: unknown): string {
  // A failed fetch says only “Failed to fetch”, in words that differ from browser to browser.
  if (error instanceof TypeError)
    return 'The identity provider can’t be reached. Check that npm start still runs.';
  return error instanceof Error ? error.message : String(error);
}

onClick('sign-in', () => signIn.signIn());
onClick('sign-out', () => {
  play.signedOut('');
  return signIn.signOut();
});
onClick('start', () => play.start());
onClick('resume', () => play.resume());
onClick('reconnect', () => play.reconnect());
onClick('end', () => play.end());
onClick('cut-blackhole', () => play.cut('blackhole'));
onClick('cut-close', () => play.cut('close'));
const automatic = element('automatic', HTMLInputElement);
automatic.addEventListener('change', () => play.setAutomatic(automatic.checked));

// A tab that goes leaves the connection, so that the session learns at once, and keeps what it saw for its return.
window.addEventListener('pagehide', () => {
  const { session, counter } = model ?? {};
  if (session !== undefined && counter !== undefined) {
    sessionStorage.setItem(REMEMBERED, JSON.stringify({ streamSessionId: session.streamSessionId, counter }));
  }
  play.leave();
});
// A page that the browser kept whole for the back button has lost its stream; a visit anew offers the session.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
setInterval(() => model && render(model, Date.now()), TICK_MS);

try {
  await signIn.finish();
  const player = signIn.player();
  if (player === undefined) play.signedOut('');
  else await play.begin(player);
} catch (error) {
  play.signedOut(sentenceOf(error));
}
