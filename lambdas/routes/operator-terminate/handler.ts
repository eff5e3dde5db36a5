import { dynamoTable } from '../../dynamodb/table.ts';
import { regionOf, requireEnv } from '../../environment/settings.ts';
import { terminateStreamSession } from '../../gameliftstreams/calls.ts';
import { operatorDependencies } from '../../operators/dependencies.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { sessionTable } from '../../sessions/session-table.ts';
import { type OperatorTerminateDependencies, terminateAny } from './terminate.ts';

const common = operatorDependencies('terminate');
const { settings, now, random } = common;

const deps: OperatorTerminateDependencies = {
  ...common,
  sessions: sessionTable(dynamoTable(requireEnv('TABLE_NAME'))),
  terminateStreamSession: ({ streamGroupId, streamSessionId }, deadline, metrics) =>
    terminateStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, {
      deadline,
      now,
      random,
      metrics,
    }),
};

/** `DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}` */
export const handler = operatorApi('operator-terminate', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const { call, endsBy, metrics } = request;
  await terminateAny({ call, streamGroupId: group.id, streamSessionId, endsBy, metrics }, deps);
  return { status: 204 };
});
