import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type { Elements, PlayerSettings } from './player.ts';

const EVERY_MS = 1000;
/** On a busy machine a cold start is slow, and the gateway times out. */
const MAX_REQUESTS = 60;

/** The player API, used without the client library. */
export interface BareApi {
  /** Requests a connection once. @returns the answer to the offer; undefined where it was refused or the API was unreachable */
  connect(streamSessionId: string, signalRequest: string): Promise<string | undefined>;
  /** Starts a session and connects this object to it. @returns the session's id */
  start(sdk: GameLiftStreams): Promise<string>;
}

interface Answer {
  streamSession: { streamSessionId: string };
  signalResponse?: string;
}

export function bareApi({ api, streamGroupId, token }: PlayerSettings): BareApi {
  const sessions = `${api}/v1/streamgroups/${streamGroupId}/streamsessions`;

  async function request(url: string, offer?: object): Promise<Answer | undefined> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(offer);
    const init = offer === undefined ? { headers } : { method: 'POST', headers, body };
    const response = await fetch(url, init).catch(() => undefined);
    return response?.ok === true ? ((await response.json()) as Answer) : undefined;
  }

  return {
    async connect(streamSessionId, signalRequest) {
      return (await request(`${sessions}/${streamSessionId}/connections`, { signalRequest }))?.signalResponse;
    },
    async start(sdk) {
      // The same offer is the same request: repeating it starts no second session.
      const signalRequest = await sdk.generateSignalRequest();
      const begun = await repeated(() => request(sessions, { signalRequest }));
      const { streamSessionId } = begun.streamSession;
      const signalResponse =
        begun.signalResponse ??
        (await repeated(async () => (await request(`${sessions}/${streamSessionId}`))?.signalResponse));
      await sdk.processSignalResponse(signalResponse);
      return streamSessionId;
    },
  };
}

/** Makes the Web SDK's object. @param changed gets the browser's `connectionState` */
export function bareSdk(elements: Elements, changed: (state: string) => void = () => {}): GameLiftStreams {
  return new GameLiftStreams({ ...elements, clientConnection: { connectionState: changed } });
}

async function repeated<T>(task: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= MAX_REQUESTS; tries += 1) {
    const value = await task();
    if (value !== undefined) return value;
    await pause();
  }
  throw new Error('The session did not start.');
}

/** Waits a second between two attempts. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
