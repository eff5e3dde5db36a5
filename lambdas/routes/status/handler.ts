import { commonDependencies, lookupDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import { requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { streamSessionView } from '../../sessions/stream-session.ts';
import { type StatusDependencies, status } from './status.ts';

const common = commonDependencies();
const { settings } = common;
const deps: StatusDependencies = { ...common, ...lookupDependencies(common) };

/** `GET /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}` */
export const handler = playerApi('status', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const key = { playerId: request.playerId, streamGroupId: group.id, streamSessionId };
  const record = await status(key, group.region, request, deps);
  return {
    status: 200,
    body: {
      streamSession: streamSessionView(record),
      ...(record.startResponse === undefined ? {} : { signalResponse: record.startResponse }),
    },
  };
});
