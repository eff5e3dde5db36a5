import { createStream } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { accessToken, audioElement, button, show, videoElement } from './page-parts.ts';

const stream = createStream({
  api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
  streamGroupId: 'sg-1AB2C3De4',
  createGameLiftStreams: (clientConnection) =>
    new gameliftstreams.GameLiftStreams({ videoElement, audioElement, clientConnection }),
  getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
  onState: (state) => show(state.name),
});
button('Play').onclick = () => stream.start({ applicationIdentifier: 'a-9ZY8X7Wv6' });
button('Back to my game').onclick = () => stream.resume({ insist: true });
