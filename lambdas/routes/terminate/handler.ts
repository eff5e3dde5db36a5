import { regionOf } from '../../environment/settings.ts';
import { terminateStreamSession } from '../../gameliftstreams/calls.ts';
import { commonDependencies, lookupDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import { requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { type TerminateDependencies, terminate } from './terminate.ts';

const common = commonDependencies();
const { settings } = common;

const deps: TerminateDependencies = {
  ...common,
  lookUpStatus: lookupDependencies(common).lookUpStatus,
  terminateStreamSession: ({ streamGroupId, streamSessionId }, deadline, metrics) =>
    terminateStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, {
      deadline,
      now: common.now,
      random: common.random,
      metrics,
    }),
};

/** `DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}` */
export const handler = playerApi('terminate', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const key = { playerId: request.playerId, streamGroupId: group.id, streamSessionId };
  await terminate(key, request, deps);
  return { status: 204 };
});
