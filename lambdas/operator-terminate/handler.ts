import { requireStreamGroup, requireStreamSessionId } from '../core/validation.ts';
import { regionOf } from '../edge/dependencies.ts';
import { terminateStreamSession } from '../edge/gameliftstreams.ts';
import { operatorDependencies } from '../edge/operator-dependencies.ts';
import { operatorApi } from '../edge/operator-http.ts';
import { tableRecords } from '../edge/records.ts';
import { requireEnv } from '../edge/settings.ts';
import { dynamoTable } from '../edge/table.ts';
import { type OperatorTerminateDependencies, terminateAny } from './terminate.ts';

const common = operatorDependencies('terminate');
const { settings, now, random } = common;

const deps: OperatorTerminateDependencies = {
  ...common,
  records: tableRecords(dynamoTable(requireEnv('TABLE_NAME'))),
  terminateStreamSession: ({ streamGroupId, streamSessionId }, deadline) =>
    terminateStreamSession(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, {
      deadline,
      now,
      random,
    }),
};

/** `DELETE /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}` */
export const handler = operatorApi('operator-terminate', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const { call, endsBy } = request;
  await terminateAny({ call, streamGroupId: group.id, streamSessionId, endsBy }, deps);
  return { status: 204 };
});
