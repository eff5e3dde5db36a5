import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createStream } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { accessToken } from './page-parts.ts';

/** A stream into these elements for as long as the component is mounted. Leaving closes it; the session lives. */
function useStream(videoElement: () => HTMLVideoElement, audioElement: () => HTMLAudioElement) {
  const [stream] = useState(() =>
    createStream({
      api: 'https://abc123.execute-api.us-west-2.amazonaws.com',
      streamGroupId: 'sg-1AB2C3De4',
      createGameLiftStreams: (clientConnection) =>
        new gameliftstreams.GameLiftStreams({
          videoElement: videoElement(),
          audioElement: audioElement(),
          clientConnection,
        }),
      getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
    }),
  );
  useEffect(() => () => stream.close(), [stream]);
  // On a server nothing has begun: both snapshots are the same.
  const now = () => stream.state;
  return { stream, state: useSyncExternalStore(stream.subscribe, now, now) };
}

export function Game() {
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const { stream, state } = useStream(
    () => video.current as HTMLVideoElement,
    () => audio.current as HTMLAudioElement,
  );
  const isOver = state.name === 'idle' || state.name === 'ended';
  return (
    <main>
      <video ref={video} autoPlay muted playsInline />
      {/* biome-ignore lint/a11y/useMediaCaption: a game has no captions */}
      <audio ref={audio} autoPlay />
      {state.name === 'reconnecting' && <p>Coming back … {state.wait?.queuePosition}</p>}
      {isOver && (
        <button type="button" onClick={() => stream.start({ applicationIdentifier: 'a-9ZY8X7Wv6' })}>
          Play
        </button>
      )}
      {isOver && (
        <button type="button" onClick={() => stream.resume({ insist: true })}>
          Back to my game
        </button>
      )}
    </main>
  );
}
