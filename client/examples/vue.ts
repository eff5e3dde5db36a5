import { createStream } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { accessToken } from './page-parts.ts';

type Element<T> = Readonly<ShallowRef<T | null>>;

/** A stream into the elements of two template refs, until the component is unmounted. The session lives. */
export function useStream(video: Element<HTMLVideoElement>, audio: Element<HTMLAudioElement>) {
  const stream = createStream({
    api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
    streamGroupId: 'sg-1AB2C3De4',
    createGameLiftStreams: (clientConnection) =>
      new gameliftstreams.GameLiftStreams({
        videoElement: video.value as HTMLVideoElement,
        audioElement: audio.value as HTMLAudioElement,
        clientConnection,
      }),
    getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
  });
  const state = shallowRef(stream.state);
  stream.subscribe((next) => {
    state.value = next;
  });
  onScopeDispose(() => stream.close());
  return { stream, state };
}
