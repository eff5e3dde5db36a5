import { REASON_FIELDS } from '../../../contract/requests.ts';
import { regionOf } from '../../environment/settings.ts';
import { exportFiles } from '../../gameliftstreams/export-files.ts';
import { operatorDependencies } from '../../operators/dependencies.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { requireReason } from '../../operators/reason.ts';
import { requireBody, requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { type ExportDependencies, exportSession } from './export.ts';

const common = operatorDependencies('export');
const { settings, now, random } = common;
if (settings.exportBucket === undefined) throw new Error('SETTINGS has no exportBucket');

const deps: ExportDependencies = {
  ...common,
  bucket: settings.exportBucket,
  exportFiles: ({ streamGroupId, streamSessionId }, outputUri, deadline, metrics) =>
    exportFiles(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, outputUri, {
      deadline,
      now,
      random,
      metrics,
    }),
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/file-exports` */
export const handler = operatorApi('operator-export', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const { reason } = requireBody(request.body, REASON_FIELDS);
  const { call, endsBy, metrics } = request;
  const session = { streamGroupId: group.id, streamSessionId };
  const outputUri = await exportSession(
    { call, ...session, reason: requireReason(reason), endsBy, metrics },
    deps,
  );
  return { status: 202, body: { outputUri } };
});
