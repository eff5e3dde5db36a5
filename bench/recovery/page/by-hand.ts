import { bareApi, bareSdk, pause } from './bare.ts';
import type { CreatePlayer } from './player.ts';

/**
 * A page with the Web SDK and the API but without the client library. It trusts the browser's `connectionState`, and requests a
 * connection once a second until it gets one.
 */
export const createByHandPlayer: CreatePlayer = (settings, elements, marks) => {
  const api = bareApi(settings);
  let streamSessionId = '';
  let returning = false;
  let sdk = object();

  function object() {
    return bareSdk(elements, (state) => {
      if (state === 'disconnected' || state === 'failed') void comeBack();
    });
  }

  async function comeBack(): Promise<void> {
    if (returning) return;
    returning = true;
    marks.detected();
    for (;;) {
      sdk.close();
      sdk = object();
      const answer = await api.connect(streamSessionId, await sdk.generateSignalRequest());
      if (answer !== undefined) {
        marks.answered();
        await sdk.processSignalResponse(answer);
        break;
      }
      await pause();
    }
    returning = false;
  }

  return {
    async play() {
      streamSessionId = await api.start(sdk);
      return streamSessionId;
    },
  };
};
