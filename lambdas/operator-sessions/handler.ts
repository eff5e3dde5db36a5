import { requirePlayerId } from '../core/player.ts';
import { asOf, streamSessionView } from '../core/stream-session.ts';
import { operatorApi } from '../edge/operator-http.ts';
import { readOperatorSettings } from '../edge/operator-settings.ts';
import { tableRecords } from '../edge/records.ts';
import { requireEnv } from '../edge/settings.ts';
import { dynamoTable } from '../edge/table.ts';

const records = tableRecords(dynamoTable(requireEnv('TABLE_NAME')));

/**
 * `GET /v1/players/{playerId}/streamsessions`: everything that is known of a player's sessions, those that are over
 * included, the newest first. AWS is not asked: `statusAt` says how old each status is.
 */
export const handler = operatorApi('operator-sessions', readOperatorSettings(), async ({ playerId }) => {
  const known = await records.list(requirePlayerId(playerId));
  known.sort((a, b) => b.createdAt - a.createdAt);
  const now = Date.now();
  const streamSessions = known.map((record) => ({
    ...streamSessionView(asOf(record, now)),
    statusAt: new Date(record.statusAt).toISOString(),
  }));
  return { status: 200, body: { streamSessions } };
});
