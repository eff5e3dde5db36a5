import { isOver } from '../../gameliftstreams/stream-session-status.ts';
import { commonDependencies } from '../../players/dependencies.ts';
import { playerApi } from '../../players/player-api.ts';
import { recordAt, streamSessionView } from '../../sessions/stream-session.ts';

const { settings, sessions, now } = commonDependencies();

/**
 * `GET /v1/streamsessions`: the caller's sessions that are live as far as is known, the newest first. AWS is not
 * asked: a session that ended unnoticed still stands here, and reconnecting to it says so.
 */
export const handler = playerApi('sessions', settings, async ({ playerId }) => {
  const at = now();
  const live = (await sessions.list(playerId)).filter((record) => !isOver(recordAt(record, at).status));
  live.sort((a, b) => b.createdAt - a.createdAt);
  return { status: 200, body: { streamSessions: live.map(streamSessionView) } };
});
