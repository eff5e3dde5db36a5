import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { createStream, type StreamEvent, type StreamState } from 'rejoin-client';
import 'rejoin-client/web-sdk';
import { accessToken, signOut } from './sign-in';

const { VITE_API, VITE_STREAM_GROUP, VITE_APPLICATION } = import.meta.env;

/** A stream into these elements for as long as the component is mounted. Leaving closes it; the session lives. */
function useStream(elements: () => { video: HTMLVideoElement; audio: HTMLAudioElement }) {
  const [events, setEvents] = useState<readonly StreamEvent[]>([]);
  const [stream] = useState(() =>
    createStream({
      api: VITE_API,
      streamGroupId: VITE_STREAM_GROUP,
      createGameLiftStreams: (clientConnection) => {
        const { video: videoElement, audio: audioElement } = elements();
        return new gameliftstreams.GameLiftStreams({ videoElement, audioElement, clientConnection });
      },
      videoElement: () => elements().video,
      getAccessToken: ({ rejected }) => accessToken({ fresh: rejected !== undefined }),
      onEvent: (event) => setEvents((before) => [...before, event]),
    }),
  );
  useEffect(() => () => stream.close(), [stream]);
  const now = () => stream.state;
  return { stream, events, state: useSyncExternalStore(stream.subscribe, now, now) };
}

export function Game() {
  const video = useRef<HTMLVideoElement>(null);
  const audio = useRef<HTMLAudioElement>(null);
  const { stream, state, events } = useStream(() => {
    if (video.current === null || audio.current === null) throw new Error('The elements are gone.');
    return { video: video.current, audio: audio.current };
  });
  const isOver = state.name === 'idle' || state.name === 'ended';
  return (
    <>
      <video ref={video} width={640} height={360} autoPlay muted playsInline />
      {/* biome-ignore lint/a11y/useMediaCaption: a game has no captions */}
      <audio ref={audio} autoPlay />
      <p>
        <output>{sentence(state)}</output>
      </p>
      {state.name === 'connected' && state.blocked && (
        <button type="button" onClick={() => video.current?.play()}>
          Click to play
        </button>
      )}
      {isOver ? (
        <>
          <button type="button" onClick={() => stream.start({ applicationIdentifier: VITE_APPLICATION })}>
            Play
          </button>
          <button type="button" onClick={() => stream.resume({ insist: true })}>
            Back to my game
          </button>
        </>
      ) : (
        <>
          <button type="button" onClick={() => stream.close()}>
            Leave
          </button>
          <button type="button" onClick={() => stream.end()}>
            End
          </button>
        </>
      )}
      <button type="button" onClick={signOut}>
        Sign out
      </button>
      <ol>
        {events.map((event) => (
          <li key={`${event.at} ${event.name}`}>{described(event)}</li>
        ))}
      </ol>
    </>
  );
}

/** What the player reads. */
function sentence(state: StreamState): string {
  if (state.name === 'connected') return `connected to ${state.session.streamSessionId}`;
  if (state.name === 'reconnecting') {
    const { queuePosition } = state.wait ?? {};
    return queuePosition === undefined ? 'Coming back …' : `You are number ${queuePosition} in line.`;
  }
  if (state.name !== 'ended') return state.name;
  const { reason } = state;
  if (reason === 'taken_over' || reason === 'held_by_tab') return `${reason}: you play somewhere else.`;
  if (reason === 'signed_out') return `${reason} (${state.status}): sign in again.`;
  if (reason === 'refused') return `${reason} (${state.code}, ${state.status}): ${state.detail}`;
  if (reason === 'expired') return `${reason} (${state.code}): ${String(state.error ?? '')}`;
  if (reason === 'failed') return `${reason}: ${String(state.error)}`;
  return reason;
}

/** What happened, for whoever writes the page. */
function described(event: StreamEvent): string {
  const time = new Date(event.at).toLocaleTimeString();
  if (event.name === 'refused')
    return `${time} refused: ${event.code}, ${event.status}. ${event.error ?? ''}`;
  if (event.name === 'healed') return `${time} healed after ${(event.silentMs / 1000).toFixed(1)} s`;
  if (event.name === 'lost') return `${time} lost: ${event.why}`;
  if (event.name === 'no_picture' || event.name === 'input_failed')
    return `${time} ${event.name}: ${String(event.error)}`;
  return `${time} ${event.name}`;
}
