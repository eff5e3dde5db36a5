import { commonDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import { reportRecovery } from './report.ts';

const { settings, counters, now, log } = commonDependencies();
const deps = { streamGroups: settings.streamGroups, counters, now, log };

/**
 * `POST …/streamsessions/{streamSessionId}/recoveries`: a player's page tells what became of a stream that was lost. It becomes a log line and metrics, and nothing
 * else: no session changes by it.
 */
export const handler = playerApi('recoveries', settings, async (request) => {
  await reportRecovery(request, deps);
  return { status: 204 };
});
