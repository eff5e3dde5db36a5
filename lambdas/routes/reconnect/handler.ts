import type { PlayerSettings } from '../../../contract/deployed-settings.ts';
import { CONNECTION_FIELDS } from '../../../contract/requests.ts';
import { regionOf } from '../../environment/settings.ts';
import { connectBy, createConnection } from '../../gameliftstreams/calls.ts';
import { noticedInMs } from '../../gameliftstreams/waits.ts';
import { openedAhead } from '../../initialization/connections.ts';
import { rehearse } from '../../initialization/rehearse.ts';
import { logger } from '../../observability/logs.ts';
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
import { REHEARSED_CONTEXT, rehearsedAws, rehearsedEvent } from './rehearsal.ts';

const connections = openedAhead(() => Date.now());
connectBy(connections);
const common = commonDependencies(connections);
const { settings } = common;

/** What the route works with. What it remembers of the queue is its own. */
const dependencies = (): ReconnectDependencies => ({
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
});

/** `POST /v1/streamgroups/{streamGroupId}/streamsessions/{streamSessionId}/connections` */
export const handler = routeWith(settings, dependencies());

function routeWith(settings: PlayerSettings, deps: ReconnectDependencies) {
  return playerApi('reconnect', settings, async (request) => {
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
}

/** Reconnects nobody once, before the first player comes: see `initialization/rehearse.ts`. Never rejects. */
export async function rehearseReconnect(): Promise<void> {
  // A rehearsed request has not come through the proxy.
  const { edgeSecretSha256: _, ...rehearsed } = settings;
  const group = settings.streamGroups[0]?.id ?? '';
  const stage = rehearsedAws(group, common.now());
  const result = await rehearse(connections, stage, () =>
    routeWith(rehearsed, dependencies())(rehearsedEvent(group) as never, REHEARSED_CONTEXT as never),
  );
  if ('done' in result && result.done.statusCode === 201) return;
  const cause = 'failed' in result ? (result.failed as Error).name : String(result.done.statusCode);
  logger.debug('not rehearsed', { cause });
}
