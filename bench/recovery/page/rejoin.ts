import { createStream } from '../../../client/src/index.ts';
import { GameLiftStreams } from '../../../local/console/page/web-sdk.ts';
import type { CreatePlayer } from './player.ts';

/** The client library keeps this player connected. */
export const createRejoinPlayer: CreatePlayer = ({ token, ...settings }, elements, marks) => {
  const stream = createStream({
    ...settings,
    createGameLiftStreams: (clientConnection) => new GameLiftStreams({ ...elements, clientConnection }),
    getAccessToken: () => token,
    onEvent({ name }) {
      if (name === 'lost') marks.detected();
      if (name === 'answered') marks.answered();
    },
  });
  return {
    async play() {
      const started = await stream.start();
      // A busy browser may grant a lock late. No other tab has this session.
      const isLate = started.name === 'ended' && started.reason === 'held_by_tab';
      const state = isLate ? await stream.resume({ insist: true }) : started;
      if (state.name === 'connected') return state.session.streamSessionId;
      throw new Error(`The session did not start: ${state.reason}.`);
    },
  };
};
