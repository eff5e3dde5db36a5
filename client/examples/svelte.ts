import { createStream } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { readable } from 'svelte/store';
import { accessToken } from './page-parts.ts';

/** A stream into the elements of two `bind:this`. Call `stream.close()` in `onDestroy`: the session lives. */
export function useStream(video: () => HTMLVideoElement, audio: () => HTMLAudioElement) {
  const stream = createStream({
    api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
    streamGroupId: 'sg-1AB2C3De4',
    createGameLiftStreams: (clientConnection) =>
      new gameliftstreams.GameLiftStreams({
        videoElement: video(),
        audioElement: audio(),
        clientConnection,
      }),
    getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
  });
  const state = readable(stream.state, (set) => {
    set(stream.state);
    return stream.subscribe(set);
  });
  return { stream, state };
}
