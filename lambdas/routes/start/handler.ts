import { startStreamSession } from '../../gameliftstreams/calls.ts';
import { admissionQueues, commonDependencies, lookupDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import {
  optionalIdempotencyKey,
  requireBody,
  requireSignalRequest,
  requireStreamGroup,
} from '../../problems/validation.ts';
import { tableSlots } from '../../sessions/slot-table.ts';
import type { StartDependencies, StartRequest } from './dependencies.ts';
import { start } from './start.ts';
import { launchArgumentsOf, locationsOf, requireApplication } from './validation.ts';

const common = commonDependencies();
const { settings } = common;

const deps: StartDependencies = {
  ...common,
  streamGroups: settings.streamGroups,
  slots: tableSlots(common.table),
  lookUpStatus: lookupDependencies(common).lookUpStatus,
  admissionQueue: admissionQueues(common, 'StartStreamSession'),
  startStreamSession: (asked, clientToken, deadline) =>
    startStreamSession(
      asked.group.region,
      {
        Identifier: asked.group.id,
        ClientToken: clientToken,
        ApplicationIdentifier: asked.application,
        SignalRequest: asked.signalRequest,
        UserId: asked.playerId,
        ConnectionTimeoutSeconds: asked.group.connectionTimeoutSeconds,
        SessionLengthSeconds: asked.group.sessionLengthSeconds,
        ...(asked.locations === undefined ? {} : { Locations: asked.locations }),
        ...(asked.launchArguments === undefined ? {} : { AdditionalLaunchArgs: asked.launchArguments }),
      },
      { deadline, now: common.now, random: common.random, metrics: asked.metrics, paced: true },
    ),
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions` */
export const handler = playerApi('start', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const key = optionalIdempotencyKey(request.idempotencyKey);
  const body = requireBody(request.body, [
    'signalRequest',
    'applicationIdentifier',
    'locations',
    'additionalLaunchArgs',
  ]);
  const asked: StartRequest = {
    playerId: request.playerId,
    group,
    key,
    application: requireApplication(body.applicationIdentifier, group),
    signalRequest: requireSignalRequest(body.signalRequest, settings.limits.signalRequestBytes),
    locations: locationsOf(body.locations, group),
    launchArguments: launchArgumentsOf(body.additionalLaunchArgs, settings.launchArguments),
    endsBy: request.endsBy,
    metrics: request.metrics,
  };
  return { status: 201, ...(await start(asked, deps)) };
});
