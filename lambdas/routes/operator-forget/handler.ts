import { REASON_FIELDS } from '../../../contract/requests.ts';
import { dynamoTable } from '../../dynamodb/table.ts';
import { requireEnv } from '../../environment/settings.ts';
import { requirePlayerId } from '../../identifiers/player-id.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { requireReason } from '../../operators/reason.ts';
import { recordedUse } from '../../operators/use-dependencies.ts';
import { requireBody } from '../../problems/validation.ts';
import { sessionTable } from '../../sessions/session-table.ts';
import { type ForgetDependencies, forgetPlayer } from './forget.ts';

const common = recordedUse('forget');
const deps: ForgetDependencies = {
  ...common,
  sessions: sessionTable(dynamoTable(requireEnv('TABLE_NAME'))),
};

/** `POST /v1/players/{playerId}/erasures`, or `POST /v1/erasures?playerId=…` */
export const handler = operatorApi('operator-forget', common.settings, async (request) => {
  const playerId = requirePlayerId(request.playerId);
  const { reason } = requireBody(request.body, REASON_FIELDS);
  const deletedRecords = await forgetPlayer(
    { call: request.call, playerId, reason: requireReason(reason) },
    deps,
  );
  return { status: 200, body: { deletedRecords } };
});
