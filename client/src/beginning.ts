import { routes } from './api.ts';
import { ask } from './asking.ts';
import { compact } from './compact.ts';
import { type Connecting, connect, plays, readAnswer, reconnect, type SessionAnswer } from './connecting.ts';
import { RejoinError } from './error.ts';
import type { Line } from './line.ts';
import { budgetMs } from './policy.ts';
import { isSession } from './problem.ts';
import type { Run } from './run.ts';
import { isOver, type StartRequest, type StreamSession } from './session.ts';
import { sleep } from './signals.ts';
import { FIND_WITHIN_MS, POLL_MS, START_WITHIN_MS } from './timing.ts';

/** Starts a session and connects to it. @throws RejoinError */
export async function start<Sdk>(
  on: Connecting<Sdk>,
  streamGroupId: string,
  request: StartRequest,
): Promise<Line<Sdk>> {
  const { run } = on;
  run.within(START_WITHIN_MS);
  const { line, answer, replayed } = await connect(on, routes.start(streamGroupId), request);
  run.trying();
  await on.claim(answer.streamSession);
  const { streamSession, signalResponse } = await placed(run, answer, ['ACTIVATING', 'ACTIVE']);
  if (signalResponse && (await plays(run, line, signalResponse, replayed))) return line;
  // The start's answer fits the start's offer alone; from here on it is a session like any other.
  return reach(on, streamSession);
}

/**
 * Connects to the newest of the player's sessions that lives.
 *
 * @param previous the newest connection to a session that this device knows of.
 * @throws RejoinError
 */
export async function resume<Sdk>(
  on: Connecting<Sdk>,
  previous: (session: StreamSession) => string | undefined,
): Promise<Line<Sdk>> {
  const { run } = on;
  const sessions = await findLive(run);
  for (const session of sessions) {
    try {
      run.session = session;
      run.connectionId = previous(session);
      run.within(START_WITHIN_MS);
      await on.claim(session);
      const { streamSession } = await placed(run, { streamSession: session }, ['ACTIVATING']);
      return await reach(on, streamSession);
    } catch (error) {
      // The list asks nobody, so the newest may long be over; only the last one's end is the end.
      if (session === sessions.at(-1) || !isGone(error)) throw error;
    }
  }
  throw new RejoinError({ reason: 'no_session' });
}

/** The player's sessions that live as far as the broker knows, the newest first. @throws RejoinError */
export async function findLive(run: Run): Promise<StreamSession[]> {
  run.within(FIND_WITHIN_MS);
  const { value } = await ask(run, {
    make: () => ({ method: 'GET', path: routes.mine }),
    read(body) {
      const sessions = (body as { streamSessions?: unknown } | undefined | null)?.streamSessions;
      return Array.isArray(sessions) && sessions.every(isSession) ? sessions : undefined;
    },
  });
  return value.filter((session) => !isOver(session));
}

/** Whether this says that there is no such session any more. */
export function isGone(error: unknown): boolean {
  return error instanceof RejoinError && ['session_ended', 'no_session'].includes(error.ending.reason);
}

/** Connects to a session as to one whose patience begins now. */
function reach<Sdk>(on: Connecting<Sdk>, session: StreamSession): Promise<Line<Sdk>> {
  const { run } = on;
  const now = run.env.now();
  run.within(budgetMs(session, now, now));
  return reconnect(on, session);
}

/** Looks at a session while it is being set up, until its answer is there. @throws RejoinError where it is over. */
async function placed(run: Run, first: SessionAnswer, setUp: readonly string[]): Promise<SessionAnswer> {
  for (let latest = first; ; ) {
    const { streamSession, signalResponse } = latest;
    const { status, statusReason } = streamSession;
    run.session = streamSession;
    if (isOver(streamSession)) throw new RejoinError(compact({ reason: 'session_ended', statusReason }));
    if (signalResponse !== undefined || !setUp.includes(status)) return latest;
    await sleep(POLL_MS, run.signal, run.env);
    const path = routes.session(streamSession);
    ({ value: latest } = await ask(run, { make: () => ({ method: 'GET', path }), read: readAnswer }));
  }
}
