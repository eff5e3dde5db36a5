import { createStream } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { accessToken, audioElement, button, show, videoElement } from './page-parts.ts';

/** The gamepads that the player has added by hand: each new object has to hear of them. */
const gamepads = new Set<Gamepad>();
let usesMicrophone = false;

const stream = createStream({
  api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
  streamGroupId: 'sg-1AB2C3De4',
  videoElement,
  async createGameLiftStreams(clientConnection, { why, previous }) {
    const made = new gameliftstreams.GameLiftStreams({
      videoElement,
      audioElement,
      clientConnection,
      // Where no picture came, the direct way may be blocked: the next object takes a relay (Web SDK 1.2).
      streamConfiguration: { forceRelay: why === 'no_picture' },
    });
    // On each object, before its offer is made. After a loss the player has allowed it already.
    if (usesMicrophone) await made.enableMicrophone();
    for (const gamepad of gamepads) made.addGamepad(gamepad);
    if (previous) show(`A new connection: ${why}`);
    return made;
  },
  getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
  onState(state) {
    // The browser plays nothing with sound before the player's first click.
    clickToPlay.hidden = !(state.name === 'connected' && state.blocked === 'autoplay');
  },
});

const clickToPlay = button('Click to play');
clickToPlay.hidden = true;
clickToPlay.onclick = () => videoElement.play();
button('Play with microphone').onclick = () => {
  usesMicrophone = true;
  stream.start({ applicationIdentifier: 'a-9ZY8X7Wv6' });
};
addEventListener('gamepadconnected', ({ gamepad }) => {
  gamepads.add(gamepad);
  stream.sdk?.addGamepad(gamepad);
});
