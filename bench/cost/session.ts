/** What each request of a session uses beside the reconnects: start, polls, the list of sessions, a report, the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { PLAYER_ROUTES, routeKey } from '../../contract/routes.ts';
import type { Broker } from '../broker/broker.ts';
import { type Answer, playerEvent } from '../broker/event.ts';
import { longOffer } from '../broker/sdp.ts';
import { type Units, unitCounter } from './capacity.ts';
import type { Usage } from './figures.ts';
import { AWS_LINES_BYTES, lineBytes } from './log-lines.ts';

/** The measured routes in the order of a session: the list is what a page asks first. */
const ROUTES = {
  sessions: routeKey(PLAYER_ROUTES.sessions),
  start: routeKey(PLAYER_ROUTES.start),
  status: routeKey(PLAYER_ROUTES.status),
  report: routeKey(PLAYER_ROUTES.recoveries),
  end: routeKey(PLAYER_ROUTES.terminate),
} as const;
export type SessionRoute = keyof typeof ROUTES;
/** Of each route, what a number of requests used together: `players` is the number of requests. */
export type SessionUsage = Record<SessionRoute, Usage>;

/** Sessions that are measured, after one whose requests are cold starts. */
const MEASURED = 4;
/** A page polls once a second; nearer polls share one AWS call. */
const POLL_MS = 1000;
const POLLS = 2;
const REPORT = { outcome: 'healed', why: 'silence', silentMs: 2300, attempts: 1, agoMs: 45_000 };

/**
 * Plays sessions from the list to the end, request after request.
 *
 * @param stop ends the measurement early, which then rejects
 */
export async function measureSession(
  broker: Broker,
  onProgress: (line: string) => void,
  stop: AbortSignal,
): Promise<SessionUsage> {
  const functions = Object.values(ROUTES).map((key) => broker.functionOf(key));
  const countUnits = unitCounter(broker.readItem);
  let logBytes = 0;
  const pool = broker.pool({
    workers: 1,
    functions,
    onLog: (line) => {
      if (line.startsWith('{')) logBytes += lineBytes(line);
    },
  });
  const used = Object.fromEntries(
    (Object.keys(ROUTES) as SessionRoute[]).map((route) => [route, nothing()]),
  ) as SessionUsage;
  const ask = async (
    route: SessionRoute,
    request: Omit<Parameters<typeof playerEvent>[0], 'streamGroupId'>,
  ) => {
    stop.throwIfAborted();
    const { logicalId } = broker.functionOf(ROUTES[route]);
    broker.table.take();
    broker.gameLiftStreams.take();
    logBytes = 0;
    const billedBefore = pool.stats()[logicalId]?.billedMs ?? 0;
    const result = await pool.invoke(
      logicalId,
      playerEvent({ streamGroupId: broker.streamGroupId, ...request }),
    );
    if (!result.ok) throw new Error(`The function of ${ROUTES[route]} failed: ${result.errorMessage}`);
    const { statusCode, body = '' } = JSON.parse(result.payload) as Partial<Answer>;
    if (!statusCode || statusCode >= 400)
      throw new Error(`${ROUTES[route]} was answered ${statusCode}: ${body}`);
    const { writes, reads }: Units = await countUnits(broker.table.take());
    const sum = used[route];
    sum.players += 1;
    sum.httpRequests += 1;
    sum.billedMs += (pool.stats()[logicalId]?.billedMs ?? 0) - billedBefore;
    sum.writeUnits += writes;
    sum.readUnits += reads;
    sum.logBytes += logBytes + AWS_LINES_BYTES;
    sum.answerBytes += Buffer.byteLength(body);
    sum.awsCalls += broker.gameLiftStreams.take().length;
    return body;
  };
  try {
    for (let session = 0; session <= MEASURED; session++) {
      onProgress(`whole sessions: ${session} of ${MEASURED}`);
      // The first session is a cold start of each function.
      if (session === 1) for (const sum of Object.values(used)) Object.assign(sum, nothing());
      const player = `whole-session-${session}`;
      await ask('sessions', { player });
      const started = await ask('start', { player, body: { signalRequest: longOffer() } });
      const streamSessionId = JSON.parse(started).streamSession.streamSessionId as string;
      for (let poll = 0; poll < POLLS; poll++) {
        await delay(POLL_MS, undefined, { signal: stop });
        await ask('status', { player, streamSessionId });
      }
      await ask('report', { player, streamSessionId, body: REPORT });
      await ask('end', { player, streamSessionId });
    }
    return used;
  } finally {
    await pool.close();
  }
}

function nothing(): Usage {
  return {
    players: 0,
    httpRequests: 0,
    billedMs: 0,
    writeUnits: 0,
    readUnits: 0,
    logBytes: 0,
    answerBytes: 0,
    awsCalls: 0,
  };
}
