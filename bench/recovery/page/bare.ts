import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type { Elements, PlayerSettings } from './player.ts';

const EVERY_MS = 1000;

/** The API as a page asks it that has no client library. */
export interface BareApi {
  /** Asks for a connection once. @returns the answer for the offer; undefined where it was refused, or the API out of reach */
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

  async function ask(url: string, offer?: object): Promise<Answer | undefined> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(offer);
    const init = offer === undefined ? { headers } : { method: 'POST', headers, body };
    const response = await fetch(url, init).catch(() => undefined);
    return response?.ok === true ? ((await response.json()) as Answer) : undefined;
  }

  return {
    async connect(streamSessionId, signalRequest) {
      return (await ask(`${sessions}/${streamSessionId}/connections`, { signalRequest }))?.signalResponse;
    },
    async start(sdk) {
      let answer = await ask(sessions, { signalRequest: await sdk.generateSignalRequest() });
      if (answer === undefined) throw new Error('The session did not start.');
      const { streamSessionId } = answer.streamSession;
      while (answer?.signalResponse === undefined) {
        await pause();
        answer = await ask(`${sessions}/${streamSessionId}`);
      }
      await sdk.processSignalResponse(answer.signalResponse);
      return streamSessionId;
    },
  };
}

/** Makes the Web SDK's object. @param changed told the browser's word for the connection */
export function bareSdk(elements: Elements, changed: (state: string) => void = () => {}): GameLiftStreams {
  return new GameLiftStreams({ ...elements, clientConnection: { connectionState: changed } });
}

/** The second between two attempts. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
