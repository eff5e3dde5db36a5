import { REASON_FIELDS } from '../../../contract/requests.ts';
import { regionOf } from '../../environment/settings.ts';
import { createAdminShell } from '../../gameliftstreams/admin-shell.ts';
import { operatorDependencies } from '../../operators/dependencies.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { requireReason } from '../../operators/reason.ts';
import { requireBody, requireStreamGroup, requireStreamSessionId } from '../../problems/validation.ts';
import { openShell, type ShellDependencies } from './shell.ts';

const common = operatorDependencies('adminShell');
const { settings, now, random } = common;

const deps: ShellDependencies = {
  ...common,
  createAdminShell: ({ streamGroupId, streamSessionId }, deadline, metrics) =>
    createAdminShell(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, {
      deadline,
      now,
      random,
      metrics,
    }),
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/admin-shells` */
export const handler = operatorApi('operator-shell', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const { reason } = requireBody(request.body, REASON_FIELDS);
  const { call, endsBy, metrics } = request;
  const session = { streamGroupId: group.id, streamSessionId };
  const shell = await openShell({ call, ...session, reason: requireReason(reason), endsBy, metrics }, deps);
  return { status: 201, body: shell };
});
