import { dynamoTable } from '../../dynamodb/table.ts';
import { readOperatorSettings } from '../../environment/operator-settings.ts';
import { requireEnv } from '../../environment/settings.ts';
import { requirePlayerId } from '../../identifiers/player-id.ts';
import { operatorApi } from '../../operators/operator-api.ts';
import { sessionTable } from '../../sessions/session-table.ts';
import { recordAt, streamSessionView } from '../../sessions/stream-session.ts';

const records = sessionTable(dynamoTable(requireEnv('TABLE_NAME')));

/**
 * `GET /v1/players/{playerId}/streamsessions`, or `GET /v1/streamsessions?playerId=…`: everything that is known of a player's
 * sessions, those that are over included, the newest first. AWS is not asked: `statusAt` says how old each status is.
 */
export const handler = operatorApi('operator-sessions', readOperatorSettings(), async ({ playerId }) => {
  const known = await records.list(requirePlayerId(playerId));
  known.sort((a, b) => b.createdAt - a.createdAt);
  const now = Date.now();
  const streamSessions = known.map((record) => ({
    ...streamSessionView(recordAt(record, now)),
    statusAt: new Date(record.statusAt).toISOString(),
  }));
  return { status: 200, body: { streamSessions } };
});
