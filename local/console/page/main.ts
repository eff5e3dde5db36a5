import type { ConsoleConfig } from '../config.ts';
import { at, button, checkbox, element, write } from './elements.ts';
import { createEmulator } from './emulator.ts';
import { keepLastFrame } from './last-frame.ts';
import { remember, remembered } from './memory.ts';
import type { Model } from './model.ts';
import { createPlay } from './play.ts';
import { openSecondDevice, wantsSignIn } from './second-device.ts';
import { createSignIn, signInWith } from './sign-in.ts';
import { render } from './view.ts';
import { GameLiftStreams } from './web-sdk.ts';

/** How often the countdown and the number of frames are updated. */
const TICK_MS = 100;
const FRAMES_EVERY_MS = 500;

const config = (await (await fetch('/config.json')).json()) as ConsoleConfig;
if (config.firefoxNote !== undefined && navigator.userAgent.includes('Firefox/')) {
  write(at('browser-note'), config.firefoxNote);
  at('browser-note').hidden = false;
}
const { rejoinAccessToken } = globalThis as { rejoinAccessToken?: unknown };
const signIn = typeof rejoinAccessToken === 'string' ? signInWith(rejoinAccessToken) : createSignIn(config);
write(at('where'), config.deployment);
const isEmulated = config.gameLiftStreams !== undefined;
if (!isEmulated)
  write(at('no-moments'), 'Cut the network for some seconds, and see here how the stream comes back.');
for (const id of ['cuts', 'slow-switch', 'throttle-switch', 'second-device']) at(id).hidden = !isEmulated;
const videoElement = element('stream', HTMLVideoElement);
const audioElement = new Audio();
// The Web SDK plays no element that lacks it.
audioElement.autoplay = true;
/** Undefined until the first news: a reload must not flash Sign in at a player who is signed in. */
let model: Model | undefined;

const play = createPlay({
  api: config.api,
  streamGroupId: config.streamGroupId,
  application: config.application,
  createSdk: (clientConnection) => new GameLiftStreams({ videoElement, audioElement, clientConnection }),
  getAccessToken: ({ rejected }) => signIn.accessToken(rejected),
  emulator: config.gameLiftStreams === undefined ? undefined : createEmulator(config.gameLiftStreams),
  changed(next) {
    model = next;
    render(model, Date.now());
  },
  lost: () => keepLastFrame(videoElement, element('last-frame', HTMLCanvasElement)),
  remembered: remembered(),
});

/** Sets a button's action. A failure becomes a sentence on the page. */
function onClick(id: string, act: () => unknown): void {
  button(id).addEventListener('click', async () => {
    try {
      await act();
    } catch (error) {
      play.signedOut(sentenceOf(error));
    }
  });
}

function onChange(id: string, act: (on: boolean) => unknown): void {
  const box = checkbox(id);
  box.addEventListener('change', () => act(box.checked));
}

function sentenceOf(error: unknown): string {
  // The message of a failed fetch says little, and differs between browsers.
  if (error instanceof TypeError)
    return isEmulated
      ? 'The identity provider can’t be reached. Check that npm start still runs.'
      : 'The identity provider can’t be reached, or its token endpoint allows no call from this page (CORS).';
  return error instanceof Error ? error.message : String(error);
}

onClick('sign-in', () => signIn.signIn());
onClick('sign-out', () => {
  play.signedOut('');
  return signIn.signOut();
});
onClick('start', play.start);
onClick('resume', play.resume);
onClick('insist', play.insist);
onClick('leave', play.leave);
onClick('end', play.end);
onClick('cut-blackhole', () => play.cut('blackhole'));
onClick('cut-blackout', () => play.cut('blackout'));
onClick('cut-close', () => play.cut('close'));
onClick('lose', () => play.lose(model?.faults.losing !== true));
onClick('second-device', openSecondDevice);
onChange('slow', play.slow);
onChange('throttle', play.throttle);

// A tab that is closed or reloaded closes its connection, so that the session notices at once, and remembers it for its next visit.
window.addEventListener('pagehide', () => {
  const known = play.known();
  if (known !== undefined) remember(known);
  play.stream.close();
});
// A page from the browser's back-forward cache has lost its stream. A reload offers the session.
window.addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
setInterval(() => model && render(model, Date.now()), TICK_MS);
setInterval(async () => {
  for (const entry of (await play.stream.sdk?.getVideoRTCStats())?.values() ?? [])
    if (entry.type === 'inbound-rtp') play.frames(Number(entry.framesDecoded ?? 0));
}, FRAMES_EVERY_MS);

try {
  const wanted = wantsSignIn();
  await signIn.finish();
  const player = signIn.player();
  if (player !== undefined) await play.begin(player);
  else if (wanted) await signIn.signIn();
  else if (signIn.wasSignedIn()) await signIn.signIn({ silently: true });
  else play.signedOut('');
} catch (error) {
  play.signedOut(sentenceOf(error));
}
