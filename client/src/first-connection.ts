import { routes } from './api-client.ts';
import { type AttemptParts, type AttemptResult, runAttempt } from './attempt.ts';
import { compact } from './compact.ts';
import { requestConnection } from './connection-request.ts';
import { createRequests, type Requests } from './requests.ts';
import type { GameLiftStreamsLike } from './sdk.ts';
import {
  isOver,
  readSession,
  readSessions,
  type SessionAnswer,
  type StartRequest,
  type StreamSession,
} from './session.ts';
import { type Ended, type Ending, isGone } from './state.ts';
import { FIND_WITHIN_MS, POLL_MS, START_WITHIN_MS } from './timing.ts';

/** What a first connection needs: what an attempt does, and the right to the session. */
export interface FirstConnectionParts<Sdk>
  extends Omit<AttemptParts<Sdk>, 'session' | 'connectionId' | 'lost' | 'attempt' | 'granted'> {
  /** From now on this tab alone may hold the session; an ending where it may not. */
  claim(session: StreamSession): Promise<Ending | undefined>;
}

/** Starts a session and connects to it. */
export async function start<Sdk extends GameLiftStreamsLike>(
  parts: FirstConnectionParts<Sdk>,
  streamGroupId: string,
  request: StartRequest,
): Promise<AttemptResult<Sdk>> {
  const { scope } = parts;
  scope.limit(START_WITHIN_MS);
  const { requests, enter } = beginning(parts);
  const asked = requestConnection({
    scope,
    requests,
    open: parts.open,
    path: routes.start(streamGroupId),
    more: request,
    api: parts.api,
  });
  const granted = await asked.result;
  if (granted.kind === 'ended') return granted;
  const { connectionId } = granted.answer;
  const entered = await enter(granted.answer, ['ACTIVATING', 'ACTIVE'], connectionId);
  if (entered.kind === 'ended') return entered;
  requests.stop();
  const { streamSession: session, signalResponse } = entered.value;
  const { attempt } = requests.progress();
  // The start's answer fits the start's offer alone; without it this is a session like any other.
  const answer = { ...entered.value, connectionId };
  if (!signalResponse) granted.connection.close();
  return runAttempt({
    ...parts,
    session,
    connectionId,
    attempt,
    granted: signalResponse ? { ...granted, answer } : undefined,
  });
}

/**
 * Connects to the newest of the player's sessions that lives.
 *
 * @param previous the newest connection to a session that this device knows of.
 */
export async function resume<Sdk extends GameLiftStreamsLike>(
  parts: FirstConnectionParts<Sdk>,
  previous: (session: StreamSession) => string | undefined,
): Promise<AttemptResult<Sdk>> {
  const { scope } = parts;
  scope.limit(FIND_WITHIN_MS);
  const { requests, enter } = beginning(parts);
  const found = await findLive(requests);
  if (found.kind === 'ended') return found;
  let result: AttemptResult<Sdk> = { kind: 'ended', ending: { reason: 'no_session' } };
  for (const streamSession of found.value) {
    scope.limit(START_WITHIN_MS);
    const connectionId = previous(streamSession);
    const entered = await enter({ streamSession }, ['ACTIVATING'], connectionId);
    result =
      entered.kind === 'ended'
        ? entered
        : await runAttempt({ ...parts, session: entered.value.streamSession, connectionId });
    // The list asks nobody, so the newest may long be over; only the last one's end is the end.
    if (result.kind === 'connected' || !isGone(result.ending)) break;
  }
  requests.stop();
  return result;
}

/** The player's sessions that live as far as the broker knows, the newest first. */
export async function findLive(
  requests: Requests,
): Promise<{ kind: 'answer'; value: StreamSession[] } | Ended> {
  const found = await requests.ask({ path: routes.mine }, readSessions);
  if (found.kind === 'ended') return found;
  return { kind: 'answer', value: found.value.filter((session) => !isOver(session)) };
}

/** The requests on the way to a session, and how to enter it; both shown to the page. */
function beginning<Sdk>({ scope, send, show, learned, claim }: FirstConnectionParts<Sdk>) {
  let session: StreamSession | undefined;
  const changed = () => {
    const { givesUpAt } = scope;
    show(compact({ name: 'connecting', session, givesUpAt, ...requests.progress() }));
  };
  const requests = createRequests(scope, send, changed);
  changed();

  /** Takes a session for this tab, and looks at it while it is being set up, until its answer is there. */
  async function enter(
    first: SessionAnswer,
    setUp: readonly string[],
    connectionId: string | undefined,
  ): Promise<{ kind: 'answer'; value: SessionAnswer } | Ended> {
    let claimed: Ending | undefined;
    for (let latest = first; ; ) {
      session = latest.streamSession;
      learned(session, connectionId);
      changed();
      if (latest === first) claimed = await claim(session);
      if (claimed) return { kind: 'ended', ending: claimed };
      const { status, statusReason } = session;
      if (isOver(session)) {
        return { kind: 'ended', ending: compact({ reason: 'session_ended', statusReason }) };
      }
      if (latest.signalResponse || !setUp.includes(status)) return { kind: 'answer', value: latest };
      await requests.sleep(POLL_MS, true);
      const looked = await requests.ask({ path: routes.session(session) }, readSession);
      if (looked.kind === 'ended') return looked;
      latest = looked.value;
    }
  }

  return { requests, enter };
}
