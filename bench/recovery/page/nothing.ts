import { bareApi, bareSdk } from './bare.ts';
import type { CreatePlayer } from './player.ts';

/** What most pages do today: they play, and leave a loss to the browser, which keeps the old connection. */
export const createNothingPlayer: CreatePlayer = (settings, elements) => ({
  play: () => bareApi(settings).start(bareSdk(elements)),
});
