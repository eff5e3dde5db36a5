// A page's code against the official SDK. It must compile.
import { type Code, createStream, type StreamState } from '../../../client/src/index.ts';
import { OfficialGameLiftStreams, type PerformanceStats } from './official-sdk.ts';

declare const videoElement: HTMLVideoElement;
declare const audioElement: HTMLAudioElement;
declare function shown(stats: PerformanceStats): void;

export const stream = createStream({
  api: 'https://api.example',
  streamGroupId: 'sg-1',
  createGameLiftStreams: (clientConnection) =>
    new OfficialGameLiftStreams({
      videoElement,
      audioElement,
      clientConnection: {
        ...clientConnection,
        connectionState(state) {
          clientConnection.connectionState(state);
          // The page's own types are kept.
          const known: 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed' = state;
          return known;
        },
        applicationMessage: (message) => message.byteLength,
        performanceStats: shown,
      },
    }),
  getAccessToken: async ({ rejected, signal }) => (signal.aborted ? undefined : (rejected ?? 'token')),
});

// The object has the type that the page created, with all members of the SDK.
export const sent: boolean | undefined = stream.sdk?.sendApplicationMessage(new Uint8Array());

/** A switch over all states needs no default. */
export function title(state: StreamState): string {
  switch (state.name) {
    case 'idle':
    case 'ending':
      return state.name;
    case 'connecting':
      return state.session?.streamSessionId ?? String(state.attempt);
    case 'reconnecting':
      return state.session.streamSessionId + (state.wait?.queuePosition ?? 0);
    case 'connected':
      return state.connectionId;
    case 'ended':
      return state.reason === 'refused' ? state.detail : state.reason;
  }
}

export const codes: Code[] = ['paced', 'taken_over', 'gateway', 'unreachable'];

declare const state: StreamState;
// @ts-expect-error only a wait has a place in the queue, and only some states wait
export const place = state.wait.queuePosition;
// @ts-expect-error a state is read, not written
state.name = 'idle';
// @ts-expect-error there is no such code
export const misspelt: Code = 'takenover';
// @ts-expect-error the session of a stream that is idle does not exist
export const none = state.session.streamSessionId;
// @ts-expect-error an access token is asked for by the library, not handed in once
createStream({ api: '', streamGroupId: '', createGameLiftStreams: () => stream.sdk, accessToken: 'token' });
const parts = { api: '', streamGroupId: '', getAccessToken: () => '' };
// @ts-expect-error what the factory makes must be able to make an offer
createStream({ ...parts, createGameLiftStreams: () => ({ close() {} }) });
// @ts-expect-error a start names an application by its identifier
stream.start({ application: 'a-1' });
