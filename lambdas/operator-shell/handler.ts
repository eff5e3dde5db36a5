import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { requireReason } from '../core/reason.ts';
import { requireBody, requireStreamGroup, requireStreamSessionId } from '../core/validation.ts';
import { createAdminShell } from '../edge/admin-shell.ts';
import { tableCounters } from '../edge/counters.ts';
import { regionOf } from '../edge/dependencies.ts';
import { operatorDependencies } from '../edge/operator-dependencies.ts';
import { operatorApi } from '../edge/operator-http.ts';
import { requireEnv } from '../edge/settings.ts';
import { dynamoTable } from '../edge/table.ts';
import { metrics } from '../edge/telemetry.ts';
import { openShell, type ShellDependencies } from './shell.ts';

const common = operatorDependencies();
const { settings, now, random } = common;
const functionName = requireEnv('AWS_LAMBDA_FUNCTION_NAME');

const deps: ShellDependencies = {
  ...common,
  counters: tableCounters(dynamoTable(requireEnv('RATE_TABLE_NAME'))),
  createAdminShell: ({ streamGroupId, streamSessionId }, deadline) =>
    createAdminShell(regionOf(settings, streamGroupId), streamGroupId, streamSessionId, {
      deadline,
      now,
      random,
    }),
  // On a line of its own, by this function's name: the alarm must not depend on what the request came to.
  countUse: () =>
    metrics
      .singleMetric()
      .addDimension('FunctionName', functionName)
      .addMetric('AdminShellUses', MetricUnit.Count, 1),
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/admin-shells` */
export const handler = operatorApi('operator-shell', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const { reason } = requireBody(request.body, ['reason']);
  const { call, endsBy } = request;
  const asked = { call, streamGroupId: group.id, streamSessionId, reason: requireReason(reason), endsBy };
  return { status: 201, body: await openShell(asked, deps) };
});
