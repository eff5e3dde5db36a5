import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type { CreatePlayer } from './player.ts';

const EVERY_MS = 1000;

interface Answer {
  streamSession: { streamSessionId: string };
  signalResponse?: string;
}

/**
 * What a page does that has the Web SDK and the API and no more: it trusts the browser's word for a lost connection, and asks once a
 * second until it is let in.
 */
export const createByHandPlayer: CreatePlayer = ({ api, streamGroupId, token }, elements, marks) => {
  const sessions = `${api}/v1/streamgroups/${streamGroupId}/streamsessions`;
  const sleep = () => new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  let streamSessionId = '';
  let returning = false;

  const sdk = new GameLiftStreams({
    ...elements,
    clientConnection: {
      connectionState(state) {
        if (state === 'disconnected' || state === 'failed') void comeBack();
      },
    },
  });

  async function ask(url: string, offer?: object): Promise<Answer | undefined> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify(offer);
    const response = await fetch(url, offer === undefined ? { headers } : { method: 'POST', headers, body });
    return response.ok ? ((await response.json()) as Answer) : undefined;
  }

  async function comeBack(): Promise<void> {
    if (returning) return;
    returning = true;
    marks.detected();
    for (;;) {
      sdk.close();
      const signalRequest = await sdk.generateSignalRequest();
      const answer = await ask(`${sessions}/${streamSessionId}/connections`, { signalRequest });
      if (answer?.signalResponse !== undefined) {
        marks.answered();
        await sdk.processSignalResponse(answer.signalResponse);
        break;
      }
      await sleep();
    }
    returning = false;
  }

  return {
    async play() {
      let answer = await ask(sessions, { signalRequest: await sdk.generateSignalRequest() });
      if (answer === undefined) throw new Error('The session did not start.');
      ({ streamSessionId } = answer.streamSession);
      while (answer?.signalResponse === undefined) {
        await sleep();
        answer = await ask(`${sessions}/${streamSessionId}`);
      }
      await sdk.processSignalResponse(answer.signalResponse);
      return streamSessionId;
    },
  };
};
