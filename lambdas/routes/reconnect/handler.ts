import { CONNECTION_FIELDS } from '../../../contract/requests.ts';
import { regionOf } from '../../environment/settings.ts';
import { createConnection } from '../../gameliftstreams/calls.ts';
import { noticedInMs } from '../../gameliftstreams/waits.ts';
import { admissionQueues, commonDependencies, lookupDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import {
  optionalConnectionId,
  optionalIdempotencyKey,
  optionalSilentMs,
  requireBody,
  requireSignalRequest,
  requireStreamGroup,
  requireStreamSessionId,
} from '../../problems/validation.ts';
import { loadZlib } from '../../sessions/compressed-answer.ts';
import type { ReconnectDependencies } from './dependencies.ts';
import { reconnect } from './reconnect.ts';

const common = commonDependencies();
const { settings } = common;

const deps: ReconnectDependencies = {
  ...common,
  ...lookupDependencies(common),
  admissionQueue: admissionQueues(common, 'CreateStreamSessionConnection'),
  createConnection: (request, clientToken, deadline) => {
    const { streamGroupId, streamSessionId, signalRequest, metrics } = request;
    setImmediate(loadZlib);
    return createConnection(
      regionOf(settings, streamGroupId),
      {
        Identifier: streamGroupId,
        StreamSessionIdentifier: streamSessionId,
        SignalRequest: signalRequest,
        ClientToken: clientToken,
      },
      { deadline, now: common.now, random: common.random, metrics, paced: true },
    );
  },
};

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections` */
export const handler = playerApi('reconnect', settings, async (request) => {
  const group = requireStreamGroup(request.streamGroupId, settings.streamGroups);
  const streamSessionId = requireStreamSessionId(request.streamSessionId);
  const key = optionalIdempotencyKey(request.idempotencyKey);
  const body = requireBody(request.body, CONNECTION_FIELDS);
  const silentMs = optionalSilentMs(body.silentMs);
  const answer = await reconnect(
    {
      playerId: request.playerId,
      streamGroupId: group.id,
      streamSessionId,
      key,
      signalRequest: requireSignalRequest(body.signalRequest, settings.limits.signalRequestBytes),
      previousConnectionId: optionalConnectionId(body.previousConnectionId),
      silentMs,
      noticedInMs: noticedInMs(group, silentMs),
      endsBy: request.endsBy,
      metrics: request.metrics,
    },
    deps,
  );
  return { status: 201, ...answer };
});
