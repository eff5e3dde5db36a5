import { START_FIELDS } from '../../../contract/requests.ts';
import { dynamoTable } from '../../dynamodb/table.ts';
import { optionalEnv } from '../../environment/settings.ts';
import { startStreamSession } from '../../gameliftstreams/calls.ts';
import { cachedStartBrake } from '../../limits/start-brake.ts';
import { admissionQueues, commonDependencies, lookupDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import {
  optionalIdempotencyKey,
  requireBody,
  requireSignalRequest,
  requireStreamGroup,
} from '../../problems/validation.ts';
import { tableSlots } from '../../sessions/slot-table.ts';
import { claimsOf } from '../../start-rules/claims.ts';
import type { StartDependencies, StartRequest } from './dependencies.ts';
import { start } from './start.ts';
import { applicationOf, launchArgumentsOf, locationsOf, resolutionOf } from './validation.ts';

const common = commonDependencies();
const { settings } = common;
const startSettings = settings.start ?? {};

// Without its table there is no brake, and nobody is kept out.
const brakeTable = optionalEnv('BRAKE_TABLE_NAME');

const deps: StartDependencies = {
  ...common,
  startSettings,
  startBrake:
    brakeTable === undefined ? async () => undefined : cachedStartBrake(dynamoTable(brakeTable), common),
  streamGroups: settings.streamGroups,
  slots: tableSlots(common.table),
  lookUpStatus: lookupDependencies(common).lookUpStatus,
  admissionQueue: admissionQueues(common, 'StartStreamSession'),
  startStreamSession: (request, clientToken, deadline) =>
    startStreamSession(
      request.group.region,
      {
        Identifier: request.group.id,
        ClientToken: clientToken,
        SignalRequest: request.signalRequest,
        UserId: request.playerId,
        ...request.parameters,
      },
      { deadline, now: common.now, random: common.random, metrics: request.metrics, paced: true },
    ),
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions` */
export const handler = playerApi('start', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const key = optionalIdempotencyKey(request.idempotencyKey);
  const body = requireBody(request.body, START_FIELDS);
  const validated: StartRequest = {
    playerId: request.playerId,
    group,
    key,
    application: applicationOf(body.applicationIdentifier, group, startSettings.rules !== undefined),
    signalRequest: requireSignalRequest(body.signalRequest, settings.limits.signalRequestBytes),
    locations: locationsOf(body.locations, group),
    launchArguments: launchArgumentsOf(body.additionalLaunchArgs, settings.launchArguments),
    resolution: resolutionOf(body.displayConfiguration, startSettings.resolutions),
    claims() {
      const { authorization, verified } = request.token();
      return claimsOf(authorization, verified);
    },
    endsBy: request.endsBy,
    metrics: request.metrics,
  };
  return { status: 201, ...(await start(validated, deps)) };
});
